import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Checkpoints as people bring them: compiled from, listed, drafted from, and taken codes from.
@Suite struct CheckpointCommandTests {
  private let folder: TemporaryFolder
  private let tgc: BuiltCommand
  private let tgrun: BuiltCommand
  private let tginspect: BuiltCommand

  static let fixtures = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/checkpoint").standardized.path

  init() throws {
    let built = "build the package first: swift build -c release"
    folder = try TemporaryFolder()
    tgc = try #require(BuiltCommand("tgc"), "\(built)")
    tgrun = try #require(BuiltCommand("tgrun"), "\(built)")
    tginspect = try #require(BuiltCommand("tginspect"), "\(built)")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.url.appending(path: name))
  }

  private func save(_ name: String, _ tensors: [(name: String, tensor: HostTensor)]) throws {
    try Data(try Safetensors.encoded(tensors)).write(to: folder.url.appending(path: name))
  }

  /// Every fixture that holds tensors, and one of each kind of layer.
  static let drafted: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []
    return names.filter { name in
      [".pth", ".ckpt", ".safetensors", ".npz"].contains { name.hasSuffix($0) }
        && !name.hasPrefix("refused")
    }.sorted()
  }()

  @Test(arguments: drafted)
  func aDraftIsCheckedAndReadsItsOwnFile(_ name: String) throws {
    let file = "\(Self.fixtures)/\(name)"
    let draft = try tgc.run(["draft", file, "-o", "d.tgraph"], in: folder.url)
    try #require(draft.status == 0, "\(draft.messages)")
    let check = try tgc.run(["d.tgraph", "--check"], in: folder.url)
    #expect(check.status == 0, "\(check.messages)")
    let built = try tgc.run(["d.tgraph", "--weights", file, "-o", "d.tplan"], in: folder.url)
    #expect(built.status == 0, "\(built.messages)")
    #expect(try tgc.run(["fmt", "--check", "d.tgraph"], in: folder.url).status == 0)
    let again = try tgc.run(["draft", file], in: folder.url)
    #expect(
      again.text
        == (try String(contentsOf: folder.url.appending(path: "d.tgraph"), encoding: .utf8)))
  }

  @Test func everyKindOfLayerIsDrafted() throws {
    func zeros(_ shape: Int...) -> HostTensor { HostTensor(Shape(shape), repeating: 0.5) }
    var tensors: [(name: String, tensor: HostTensor)] = [
      ("a.00.weight", zeros(16, 4, 4, 4)), ("a.01.weight", zeros(4)), ("a.01.bias", zeros(4)),
      ("a.01.running_mean", zeros(4)), ("a.01.running_var", zeros(4)),
      ("a.02.weight", zeros(8, 4, 3, 3)), ("a.02.bias", zeros(8)),
      ("a.03.weight", zeros(8, 1, 3, 3)), ("a.04.weight", zeros(1)),
      ("b.emb.weight", zeros(20, 6)), ("b.lstm.weight_ih_l0", zeros(12, 6)),
      ("b.lstm.weight_hh_l0", zeros(12, 3)), ("b.zcell.weight_ih", zeros(6, 3)),
      ("b.zcell.weight_hh", zeros(6, 2)), ("b.zcell.bias_ih", zeros(6)),
      ("b.zcell.bias_hh", zeros(6)), ("c.weight", zeros(5, 7)), ("d.weight", zeros(5)),
      ("d.bias", zeros(5)), ("e.weight", zeros(4, 3, 5)), ("mean_code", zeros(9)),
    ]
    tensors.sort { $0.name < $1.name }
    try save("all.safetensors", tensors)
    let draft = try tgc.run(["draft", "all.safetensors", "-o", "all.tgraph"], in: folder.url)
    try #require(draft.status == 0, "\(draft.messages)")
    let page = try String(contentsOf: folder.url.appending(path: "all.tgraph"), encoding: .utf8)
    for call in [
      "convTranspose(4, kernel: 4, stride: 1, padding: 0, bias: none) @ \"a.00\"",
      "batchNorm @ \"a.01\"", "conv(8, kernel: 3, stride: 1, padding: 1) @ \"a.02\"",
      "groups: 8, bias: none) @ \"a.03\"", "prelu(slopes: 1) @ \"a.04\"",
      "embedding(20, 6) @ \"b.emb\"", "lstm(y, 3, bias: none) @ \"b.lstm.*_l0\"",
      "gru(y, 2) @ \"b.zcell\"", "linear(5, bias: none) @ \"c\"", "layerNorm @ \"d\"",
      "parameter(\"e.weight\", [4, 3, 5])", "ignore \"mean_code\"  // float32 9",
    ] {
      #expect(page.contains(call), "\(call) is not in\n\(page)")
    }
    let built = try tgc.run(
      ["all.tgraph", "--weights", "all.safetensors", "-o", "all.tplan"], in: folder.url)
    #expect(built.status == 0, "\(built.messages)")
  }

  @Test func whatFitsTwiceIsNamedWithBothWaysToChoose() throws {
    try write(
      "w.tgraph",
      """
      model W() {
        func run(x: Tensor[] = 0) -> (y: Tensor[2]) { return parameter("weight", [2]) + x * 0 }
      }

      """)
    try save(
      "two.safetensors",
      [
        ("g.weight", HostTensor([2], [1, 2])), ("g_ema.weight", HostTensor([2], [3, 4])),
        ("g_ema.more", HostTensor([2], [5, 6])),
      ])
    let open = try tgc.run(["w.tgraph", "--weights", "two.safetensors"], in: folder.url)
    #expect(open.status == 65)
    for part in ["[two-subtrees]", "`g`", "`g_ema`", "two.safetensors#g_ema", "root \"g_ema\""] {
      #expect(open.messages.contains(part), "\(open.messages)")
    }
    let chosen = try tgc.run(
      ["w.tgraph", "--weights", "two.safetensors#g", "-o", "w.tplan"], in: folder.url)
    #expect(chosen.status == 0, "\(chosen.messages)")
    let missing = try tgc.run(["w.tgraph", "--weights", "two.safetensors#ema"], in: folder.url)
    #expect(missing.status == 65)
    #expect(missing.messages.contains("'g', 'g_ema'"), "\(missing.messages)")
  }

  @Test func tensorsOfOddKindsStopOnlyWhoReadsThem() throws {
    func page(_ name: String, ignoring: Bool) -> String {
      """
      model W() {
      \(ignoring ? "  ignore \"*\"\n" : "")\
        func run(x: Tensor[] = 0) -> (y: Tensor[2, 3]) {
          return parameter("\(name)", [2, 3]) + x * 0
        }
      }

      """
    }
    let file = "\(Self.fixtures)/odd-zip.pth"
    try write("ignoring.tgraph", page("weight", ignoring: true))
    try write("plain.tgraph", page("weight", ignoring: false))
    try write("odd.tgraph", page("coo", ignoring: true))
    let read = try tgc.run(["ignoring.tgraph", "--weights", file, "-o", "w.tplan"], in: folder.url)
    #expect(read.status == 0, "\(read.messages)")
    let unread = try tgc.run(["plain.tgraph", "--weights", file], in: folder.url)
    #expect(unread.status == 65)
    #expect(unread.messages.contains("[unread-tensors]"), "\(unread.messages)")
    let odd = try tgc.run(["odd.tgraph", "--weights", file], in: folder.url)
    #expect(odd.status == 65)
    #expect(odd.messages.contains("the tensor 'coo' is a sparse tensor"), "\(odd.messages)")
    #expect(odd.messages.contains("[unreadable-tensor]"), "\(odd.messages)")
  }

  /// The file of rosinality's projector: a picture's name, and under it the code among others.
  @Test func codesAreChosenAmongOtherTensors() throws {
    try write(
      "code.tgraph",
      """
      model L() {
        func synth(w: Latent[2, 3]) -> (image: Image[1, 2, 3](-1 ... 1)) {
          return tanh(w) |> reshape([1, 2, 3])
        }
      }

      """)
    #expect(try tgc.run(["code.tgraph", "-o", "code.tplan"], in: folder.url).status == 0)
    let code = HostTensor([2, 3], [0, 1, 2, 3, 4, 5])
    try save(
      "face.safetensors",
      [
        ("a.png.img", HostTensor([1, 3, 4, 4], repeating: 0)), ("a.png.latent", code),
        ("a.png.noise.0", HostTensor([1, 1, 4, 4], repeating: 0)),
      ])
    try save(
      "faces.safetensors",
      [("a.png.latent", code), ("b.png.latent", HostTensor([2, 3], repeating: 1))])
    func picture(_ arguments: [String]) throws -> Data? {
      let outcome = try tgrun.run(
        ["code.tplan"] + arguments + ["-o", "x.png", "--no-metadata", "-q"], in: folder.url)
      guard outcome.status == 0 else { return nil }
      return try Data(contentsOf: folder.url.appending(path: "x.png"))
    }
    let wanted = try #require(try picture(["--latent", "face.safetensors"]))
    #expect(try picture(["--latent", "face.safetensors#a.png"]) == wanted)
    #expect(try picture(["--latent", "face.safetensors#a.png.latent"]) == wanted)
    #expect(try picture(["--latent", "faces.safetensors#a.png"]) == wanted)
    #expect(try picture(["--latent", "faces.safetensors"]) == nil)
    #expect(try picture(["--latent", "faces.safetensors#c.png"]) == nil)
    // A file of the whole name wins.
    try save("faces.safetensors#b.png", [("w", code)])
    #expect(try picture(["--latent", "faces.safetensors#b.png"]) == wanted)
    // Elsewhere, too: rows of another code, a direction, the ends of an interpolation.
    for arguments in [
      ["--latent", "face.safetensors", "--mix", "face.safetensors#a.png:1"],
      ["--latent", "face.safetensors", "--direction", "faces.safetensors#a.png.latent=0"],
      ["--interpolate", "face.safetensors#a.png", "faces.safetensors#a.png", "--frames", "2"],
    ] {
      #expect(try picture(arguments) != nil, "\(arguments)")
    }
  }

  @Test func anyFileIsListed() throws {
    func listed(_ name: String) throws -> String {
      let outcome = try tginspect.run(["\(Self.fixtures)/\(name)"], in: folder.url)
      #expect(outcome.status == 0, "\(outcome.messages)")
      return outcome.text
    }
    let odd = try listed("odd-zip.pth")
    for line in ["torch-zip, 17 tensors", "float8_e4m3fn  4", "a sparse tensor  2 × 3"] {
      #expect(odd.contains(line), "\(odd)")
    }
    let notes = try listed("notes-2.ckpt")
    for line in ["state_dict\n    net\n      weight", "step  ", "int64  7", "yacs.config.CfgNode"] {
      #expect(notes.contains(line), "\(notes)")
    }
    #expect(try listed("captions-2.pickle").contains("a vocabulary of 4 words"))
    #expect(try listed("model.safetensors").contains("metadata origin: ours"))
    let modules = try listed("../torch7/modules.t7")
    for line in ["torch7, 7 tensors", "float32  3 × 2 × 4 × 4", "a gradient"] {
      #expect(modules.contains(line), "\(modules)")
    }
    #expect(try listed("../ncnn/layers.bin").contains("ncnn, 21 tensors"))
    #expect(try listed("../ncnn/sheet.param").contains("float16  3 × 1 × 1 × 1"))
    let outcome = try tginspect.run(
      ["\(Self.fixtures)/odd.safetensors", "--json"], in: folder.url)
    let json = try JSON(parsing: Array(outcome.text.utf8))
    #expect(json["schema_version"] == .integer(1))
    #expect(json["kind"] == .string("checkpoint"))
    guard case .array(let tensors) = json["tensors"] else {
      Issue.record("no tensors in \(outcome.text)")
      return
    }
    #expect(tensors.count == 7)
    #expect(tensors.first?["shape"] == .array([.integer(2), .integer(3)]))
    #expect(tensors.last?["is_read"] == .bool(false))
    try write("note.txt", "\u{0}\u{1}\u{2}")
    #expect(try tginspect.run(["note.txt"], in: folder.url).status == 65)
    #expect(try tginspect.run(["nowhere.pth"], in: folder.url).status == 66)
  }
}
