import Glibc
import TGTensor

/// Feeds a reader with damaged files, or the executor with sound plans, and fails if one of them is
/// more than read or refused.
///
/// Every input follows from the seed and its number. The number of the input that is being tried
/// stands in the file of `--mark`, so that after a crash `--only` repeats it alone. Ends with 0 if
/// every input was read or refused within its time and memory, and at least a fifth got past the
/// first check.
if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "--malformed" {
  guard let table = MalformedTable(CommandLine.arguments[2]) else {
    say("there is no table \(CommandLine.arguments[2])")
    exit(66)
  }
  exit(table.check(shows: CommandLine.arguments.dropFirst(3).first == "--show") == 0 ? 0 : 1)
}
guard let options = Options(CommandLine.arguments) else {
  say(Options.usage)
  exit(64)
}
let subject = options.subject

if let path = options.file {
  guard let file = try? MappedFile(path: path) else {
    say("cannot read \(path)")
    exit(66)
  }
  say("\(subject.name): \(subject.read(ByteRegion(file).prefix(file.count)))")
  exit(0)
}

guard let mark = Mark(path: options.mark) else {
  say("cannot write \(options.mark ?? "")")
  exit(73)
}
let inputs = Inputs(of: subject, seed: options.seed, root: options.root)
if let bytes = subject.memory {
  var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
  unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
}
var run = Run(subject: subject, inputs: inputs, mark: mark)
if let only = options.only {
  run.keep = options.keep
  run.attempt(only)
  exit(0)
}
say("tgfuzz \(subject.name) --seed \(options.seed) --first \(options.first)")
run.attempt(from: options.first, executions: options.executions, seconds: options.seconds)
say(run.summary)
exit(run.isShallow ? 1 : 0)
