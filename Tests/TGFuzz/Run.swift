import Glibc

/// The inputs of a subject, by their numbers.
struct Inputs {
  private let source: Subject.Source
  private let corpus: [[UInt8]]
  private let seed: UInt64
  /// How many sound files damage starts from.
  var fileCount: Int { corpus.count }

  /// Reads the corpus; ends the program if it is empty or not sound.
  init(of subject: Subject, seed: UInt64, root: String) {
    source = subject.source
    self.seed = seed
    guard case .damage(let files, _) = subject.source else {
      corpus = []
      return
    }
    corpus = files(root)
    guard !corpus.isEmpty else {
      say("there is no sound file for \(subject.name): is --root the folder of the package?")
      exit(66)
    }
    for (position, file) in corpus.enumerated() where subject.read(file) != .accepted {
      say("file \(position) of the corpus is refused as it is")
      exit(65)
    }
  }

  /// One input. Every other damaged one respects the format.
  func input(_ number: Int) -> [UInt8] {
    var random = Random(seed: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15)
    switch source {
    case .generation(let make): return make(&random)
    case .damage(_, let mutate):
      let file = corpus[random.below(corpus.count)]
      return number % 2 == 1
        ? mutate(file, corpus, &random) : random.damaged(file, with: corpus)
    }
  }
}

/// What has been tried so far.
struct Run {
  let subject: Subject
  let inputs: Inputs
  let mark: Mark
  /// Where an input is written to before it is tried.
  var keep: String?
  private var outcomes: [Outcome: Int] = [:]
  private var elapsed = 0.0

  init(subject: Subject, inputs: Inputs, mark: Mark) {
    self.subject = subject
    self.inputs = inputs
    self.mark = mark
  }

  private var total: Int { outcomes.values.reduce(0, +) }

  /// True if most inputs were refused by the first check: then little was tried.
  var isShallow: Bool { (total - outcomes[.refusedAtOnce, default: 0]) * 5 < total }

  /// One line about all inputs.
  var summary: String {
    let rate = elapsed > 0 ? Int(Double(total) / elapsed) : 0
    return "\(subject.name): \(total) executions in \(Int(elapsed)) s (\(rate) a second), "
      + "\(inputs.fileCount) files, \(outcomes[.accepted, default: 0]) read, "
      + "\(outcomes[.refused, default: 0]) refused, "
      + "\(outcomes[.refusedAtOnce, default: 0]) refused by the first check"
  }

  /// Tries inputs until so many are done, or the time is over.
  mutating func attempt(from first: Int, executions: Int?, seconds: Double?) {
    let start = Run.now()
    var number = first
    while executions.map({ number - first < $0 }) ?? true {
      if number % 64 == 0 {
        Run.watch(seconds: subject.seconds * 64 + 60)
        if let seconds, Run.now() - start > seconds { break }
      }
      attempt(number)
      number += 1
    }
    elapsed = Run.now() - start
  }

  /// Tries one input; ends the program with 1 if it takes too long.
  mutating func attempt(_ number: Int) {
    mark.set(number)
    let input = inputs.input(number)
    if let keep { Run.write(input, to: keep) }
    // Time of the processor: a busy machine is not the reader's fault.
    let start = clock()
    outcomes[subject.read(input), default: 0] += 1
    let time = Double(clock() - start) / 1_000_000
    if time > subject.seconds {
      say("input \(number) of \(input.count) bytes took \(time) s")
      exit(1)
    }
  }

  /// An endless loop ends with a signal after so many seconds of the processor.
  private static func watch(seconds: Double) {
    var timer = itimerval()
    timer.it_value.tv_sec = Int(seconds)
    unsafe setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    guard let stream = unsafe fopen(path, "w") else { return }
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
