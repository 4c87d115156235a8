import ArgumentParser
import TGCommandLine
import TGPlan
import TGTensor

/// Says what is inside a plan, or any other file that the commands read.
@main struct InspectCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tginspect",
    abstract: """
      Says what is inside a plan (interface, functions, weights, memory, licence, hash), or lists a \
      checkpoint, a code, a vocabulary or a picture.
      """,
    discussion: """
      EXAMPLES:
        tginspect birds.tplan
        tginspect birds.tplan --function generate     also its instructions and memory map
        tginspect birds.tplan --verify                also compares the weights with their hash
        tginspect birds.tplan --json
        tginspect netG.pth                            names, types and shapes of its tensors
        tginspect captions.pickle                     its words with their ids

      Shapes are batch first, pictures N, C, H, W. The structure of a plan is checked whenever it \
      is read.
      """,
    version: "tginspect \(Version.number)")

  @Argument(
    help: ArgumentHelp(
      "A plan made by tgc, a checkpoint, a code, a vocabulary or a picture.", valueName: "FILE"),
    completion: .file())
  var plan: String

  @Option(help: ArgumentHelp("Show one function with its instructions.", valueName: "F"))
  var function: String?

  @Flag(help: "Compare the weights with their hashes, and the work with --max-work.")
  var verify = false

  @OptionGroup var work: WorkOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    guard try isPlan() else {
      guard function == nil, !verify else {
        throw Failure(
          .usage, "\(plan) is no plan, and --function and --verify are for plans",
          hint: "leave them out to list what is in it")
      }
      let report = FileReport(plan, try FileContents(plan))
      try console.print(
        console.isJSON ? report.json.text(indented: true) : report.lines.joined(separator: "\n"))
      return
    }
    var limits = try work.limits()
    if !verify { limits.work = .max }
    let file = try PlanFile.load(path: plan, verifyWeights: verify, limits: limits)
    var shown = file.plan.functions
    if let standard = file.plan.defaultFunction?.name {
      // The default function first: JSON shows the interface of the first.
      shown = shown.filter { $0.name == standard } + shown.filter { $0.name != standard }
    }
    if let function {
      shown = shown.filter { $0.name == function }
      guard !shown.isEmpty else {
        let names = file.plan.functions.map { "'\($0.name)'" }.joined(separator: ", ")
        throw Failure(
          .usage, "the plan has no function '\(function)'", hint: "it has \(names)")
      }
    }
    if console.isJSON {
      let object = JSONReport.object(of: file, path: plan, shown: shown, isVerified: verify)
      try console.print(object.text(indented: true))
    } else {
      var report = TextReport(file: file, isVerified: verify)
      report.overview()
      var names: Set<String> = []
      for listed in shown {
        report.interface(of: listed, isFirst: names.insert(listed.name).inserted)
      }
      if function == nil {
        for objective in file.plan.objectives { report.objective(objective) }
      } else {
        for listed in shown {
          report.instructions(of: listed)
          report.memory(of: listed)
        }
      }
      try console.print(report.lines.joined(separator: "\n"))
    }
  }

  /// True for a file that begins as a plan, or is named like one.
  private func isPlan() throws -> Bool {
    if Path.suffix(plan) == "tplan" { return true }
    guard let file = try? MappedFile(path: plan) else { return false }
    return ByteRegion(file).prefix(6) == Array("TGPLAN".utf8)
  }

  static func main() { start() }
}
