import TGCommandLine
import TGTensor
import Testing

/// `[NAME=]FILE[#PREFIX]`: a file of the whole name wins.
@Suite struct FileArgumentTests {
  /// What is there, the text, and what it means.
  private static let readings: [(Set<String>, String, (String?, String, String?))] = [
    // Nothing is there: the usual reading.
    ([], "a.pth", (nil, "a.pth", nil)),
    ([], "netG=a.pth", ("netG", "a.pth", nil)),
    ([], "a.pth#netG", (nil, "a.pth", "netG")),
    ([], "netG=a.pth#g_ema", ("netG", "a.pth", "g_ema")),
    ([], "out/x=1.pth", (nil, "out/x=1.pth", nil)),
    ([], "runs#2/a.pth", (nil, "runs#2/a.pth", nil)),
    ([], "=a.pth", (nil, "=a.pth", nil)),
    // Files whose names have these signs.
    (["epoch=5-step=100.ckpt"], "epoch=5-step=100.ckpt", (nil, "epoch=5-step=100.ckpt", nil)),
    (
      ["epoch=5-step=100.ckpt"], "epoch=5-step=100.ckpt#state_dict",
      (nil, "epoch=5-step=100.ckpt", "state_dict")
    ),
    (
      ["epoch=5.ckpt"], "netG=epoch=5.ckpt#state_dict.g",
      ("netG", "epoch=5.ckpt", "state_dict.g")
    ),
    (["a#1.pth"], "a#1.pth", (nil, "a#1.pth", nil)),
    (["a#1.pth"], "a#1.pth#netG", (nil, "a#1.pth", "netG")),
    (["a#1.pth"], "netG=a#1.pth", ("netG", "a#1.pth", nil)),
    (["a#1.pth", "a"], "a#1.pth", (nil, "a#1.pth", nil)),
    (["a"], "a#b#c", (nil, "a", "b#c")),
    (["a", "a#b"], "a#b#c", (nil, "a#b", "c")),
    (["a"], "a#layers/0", (nil, "a", "layers/0")),
    // Both readings name a file: the whole text wins, and a folder of its own decides otherwise.
    (["netG=a.pth", "a.pth"], "netG=a.pth", (nil, "netG=a.pth", nil)),
    (["netG=a.pth", "./a.pth"], "netG=./a.pth", ("netG", "./a.pth", nil)),
    (["a=b.pth", "./a=b.pth"], "./a=b.pth", (nil, "./a=b.pth", nil)),
    // The standard input.
    (["-"], "-", (nil, "-", nil)), (["-"], "netG=-", ("netG", "-", nil)),
    (["-"], "netG=-#g_ema", ("netG", "-", "g_ema")),
  ]

  @Test func whatIsThereDecides() {
    for (files, text, meaning) in Self.readings {
      let found = FileArgument(text, parts: [.name, .prefix]) { files.contains($0) }
      #expect(
        found.name == meaning.0 && found.path == meaning.1 && found.prefix == meaning.2,
        "\(text) of \(files): \(found)")
    }
  }

  @Test func onlyThePartsOfAnOptionAreTaken() {
    #expect(FileArgument("a=b#c", parts: []) { _ in false }.path == "a=b#c")
    #expect(FileArgument("a=b#c", parts: .name) { _ in false }.path == "b#c")
    #expect(FileArgument("a=b#c", parts: .prefix) { _ in false }.path == "a=b")
  }

  @Test func pathsThatAreNoUTF8AreWordsOfAShell() {
    #expect(Path.quoted("plain/a.png") == "plain/a.png")
    #expect(Path.quoted("it's.png") == "'it'\\''s.png'")
    #expect(Path.quoted(FileName.text(of: Array("p".utf8) + [0xE9])) == "$'p\\xE9'")
    let hard = FileName.text(of: Array("a'\\".utf8) + [0xFF])
    #expect(Path.quoted(hard) == "$'a\\'\\\\\\xFF'")
  }

  @Test func pathsAreDistinctByTheirBytes() {
    let composed = "caf\u{E9}.png"
    let decomposed = "cafe\u{301}.png"
    #expect(Path.distinct([composed, decomposed, composed, "a"]).count == 3)
    #expect(Path.precedes(FileName.text(of: [0x80]), FileName.text(of: [0xFF])))
    #expect(Path.precedes("z", FileName.text(of: [0x80])))
  }
}
