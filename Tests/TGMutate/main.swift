import Glibc

/// Feeds a parser with damaged files and fails if one of them is more than refused.
///
///     tgmutate PARSER SEED COUNT CORPUS [ONLY]
///
/// Prints the seed, then the number of each mutation before it is tried, so that after a crash the
/// last line, given as ONLY, repeats it alone. Ends with 0 if every mutation was read or refused
/// within a second and 1 GiB, and at least a fifth got past the parser's first check.
let arguments = CommandLine.arguments
guard arguments.count == 5 || arguments.count == 6,
  let subject = Subject.all.first(where: { $0.name == arguments[1] }),
  let seed = UInt64(arguments[2]), let count = Int(arguments[3])
else {
  say("usage: tgmutate PARSER SEED COUNT CORPUS [ONLY]")
  say("parsers: " + Subject.all.map(\.name).joined(separator: " "))
  exit(64)
}
let only = arguments.count == 6 ? Int(arguments[5]) : nil
say("tgmutate \(subject.name) \(seed) \(count) \(arguments[4])")

let corpus = Corpus.files(in: arguments[4]).filter { subject.takes($0) }
guard !corpus.isEmpty else {
  say("no file of the corpus is one for \(subject.name)")
  exit(66)
}
for (position, file) in corpus.enumerated() where subject.parse(file) != .accepted {
  say("file \(position) of the corpus is refused as it is")
  exit(65)
}

// A size believed by a parser becomes a failed allocation, and an endless loop an alarm.
var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
alarm(600)

var outcomes: [Outcome: Int] = [:]
for number in 0..<count where only == nil || only == number {
  say(number)
  var random = Random(seed: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15)
  let file = corpus[random.below(corpus.count)]
  let isStructured = number % 2 == 1
  let mutated =
    isStructured
    ? subject.mutate(file, corpus, &random) : random.damaged(file, with: corpus)
  let start = clock()
  outcomes[subject.parse(mutated), default: 0] += 1
  // Time of the processor: a busy machine is not the parser's fault.
  let time = Double(clock() - start) / 1_000_000
  if time > 1 {
    say("mutation \(number) of \(mutated.count) bytes took \(time) s")
    exit(1)
  }
}
let early = outcomes[.refusedAtOnce, default: 0]
let total = outcomes.values.reduce(0, +)
say(
  "\(subject.name): \(total) mutations of \(corpus.count) files, "
    + "\(outcomes[.accepted, default: 0]) read, \(outcomes[.refused, default: 0]) refused, "
    + "\(early) refused by the first check")
exit(only == nil && (total - early) * 5 < total ? 1 : 0)
