import Glibc

/// The command line of the program.
struct Options {
  static let usage = """
    usage: tgfuzz SUBJECT [--seed S] [--executions N] [--seconds T] [--first N] [--only N]
                  [--root FOLDER] [--mark FILE] [--keep FILE] [--memory MB]
           tgfuzz SUBJECT --read FILE
           tgfuzz --malformed TABLE [--show]
    subjects: \(Subject.all.map(\.name).joined(separator: " "))
    """

  /// What is tried.
  var subject: Subject
  /// The seed that all inputs follow from.
  var seed: UInt64 = 1
  /// How many inputs; without a time 10,000.
  var executions: Int?
  /// The end, in seconds from the start.
  var seconds: Double?
  /// The number of the first input.
  var first = 0
  /// The number of the only input.
  var only: Int?
  /// Where the number of the current input is kept.
  var mark: String?
  /// Where the only input is written to before it is tried.
  var keep: String?
  /// The folder of the package.
  var root = "."
  /// A file to be read instead.
  var file: String?

  /// Reads the arguments; nil if they cannot be understood.
  init?(_ arguments: [String]) {
    var rest = arguments.dropFirst()
    guard let name = rest.popFirst(), let subject = Subject.all.first(where: { $0.name == name })
    else { return nil }
    self.subject = subject
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch option {
      case "--seed": seed = UInt64(value) ?? 0
      case "--executions": executions = Int(value)
      case "--seconds": seconds = Double(value)
      case "--first": first = Int(value) ?? 0
      case "--only": only = Int(value)
      case "--root": root = value
      case "--mark": mark = value
      case "--keep": keep = value
      case "--read": file = value
      case "--memory": self.subject.memory = Int(value).flatMap { $0 > 0 ? $0 << 20 : nil }
      default: return nil
      }
    }
    if executions == nil, seconds == nil { executions = 10_000 }
  }
}
