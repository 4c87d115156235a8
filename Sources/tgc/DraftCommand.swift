import ArgumentParser
import TGCheckpoint
import TGCommandLine
import TGCompiler
import TGTensor

/// `tgc draft FILE[#PREFIX]`
struct DraftCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "draft",
    abstract: "Writes the skeleton of a page from the names and shapes of a checkpoint.",
    discussion: """
      EXAMPLES:
        tgc draft netG.pth -o netg.tgraph
        tgc draft model.ckpt#state_dict.generator
        tgc netg.tgraph --weights netG.pth     then works; strides and activations are yours to say
      """)

  static let toolName = "tgc draft"

  @ArgumentParser.Argument(
    help: ArgumentHelp(
      "A checkpoint (.pth, .ckpt, .safetensors, .npz, TensorFlow's .index), or a part of it.",
      valueName: "FILE[#PREFIX]"),
    completion: .file())
  var file: String

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where the page goes. (default: the standard output)", valueName: "G.tgraph"))
  var out: String?

  @Option(help: ArgumentHelp("The name of the model. (default: Draft)", valueName: "NAME"))
  var model = "Draft"

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    guard let first = model.first, first.isASCII, first.isUppercase,
      model.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else {
      throw Failure(
        .usage, "--model \(model) is no name of a model",
        hint: "an upper case letter, then letters and digits")
    }
    let argument = FileArgument(file, parts: .prefix)
    var checkpoint = try Checkpoint.read(path: argument.path)
    if let prefix = argument.prefix {
      checkpoint = try checkpoint.subtree(named: prefix, path: argument.path)
    }
    guard let page = try Draft.page(of: checkpoint, name: model) else {
      throw Failure(
        .badInput, "\(argument.path) has no tensor that a page could read",
        hint: "tginspect \(Path.quoted(argument.path)) lists what is in it")
    }
    guard let out else {
      try console.print(page, terminator: "")
      return
    }
    try Path.demandFolder(Path.folder(out))
    guard !Path.areSame(out, argument.path) else {
      throw Failure(.usage, "\(out) would be written over the checkpoint", hint: "say -o G.tgraph")
    }
    try AtomicFile.save(Array(page.utf8), to: out)
    try console.print(out)
  }
}
