import Foundation
import TGTestSupport
import Testing

/// `Tools/install` as a visitor runs it: what it puts under a prefix works there, and it takes all of it
/// away again.
@Suite struct InstallTests {
  private static let script = BuiltCommand(
    path: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Tools/install").path)

  private static func install(_ arguments: [String], in folder: TemporaryFolder) throws
    -> BuiltCommand.Outcome
  {
    let tgc = try #require(BuiltCommand("tgc"), "build the package first: swift build -c release")
    let built = URL(fileURLWithPath: tgc.path).deletingLastPathComponent().path
    return try script.run(arguments, in: folder.url, environment: ["TG_BIN": built])
  }

  /// The files below a folder, sorted.
  private static func files(_ folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
      let path = folder.appendingPathComponent($0).path
      let about = try FileManager.default.attributesOfItem(atPath: path)
      return about[.type] as? FileAttributeType == .typeRegular
    }.sorted()
  }

  @Test func whatIsInstalledWorksAndGoesAgain() throws {
    let folder = try TemporaryFolder()
    let prefix = folder.url.appendingPathComponent("a prefix")
    for _ in 1...2 {  // The second time over what is there.
      let done = try Self.install(["--prefix", "a prefix", "--no-build"], in: folder)
      #expect(done.status == 0, "\(done.messages)")
      let hint = "export PATH=\"\(prefix.path)/bin:$PATH\""
      #expect(done.messages.contains(hint), "\(done.messages)")
    }
    let files = try Self.files(prefix)
    for name in ["tgc", "tgrun", "tginvert", "tgdirect", "tginspect"] {
      for path in [
        "bin/\(name)", "share/bash-completion/completions/\(name)",
        "share/zsh/site-functions/_\(name)", "share/fish/vendor_completions.d/\(name).fish",
      ] {
        #expect(files.contains(path))
        let size = try Data(contentsOf: prefix.appendingPathComponent(path)).count
        #expect(size > 100, "\(path)")
      }
    }

    // A page that imports another one, found from elsewhere by its name or its path.
    let tgc = BuiltCommand(path: prefix.appendingPathComponent("bin/tgc").path)
    let page = prefix.appendingPathComponent("share/tgraph/Graphs/dcgan/dcgan-walk.tgraph").path
    for name in ["dcgan-walk", page] {
      let compiled = try tgc.run(
        ["--synthetic-weights", "1", "--set", "g=2", "z=3", "--", name], in: folder.url)
      #expect(compiled.status == 0 && compiled.text == "dcgan-walk.tplan\n", "\(compiled.messages)")
    }
    let listed = try tgc.run(["--list", "dcgan-walk", "--json"], in: folder.url)
    #expect(
      listed.text.contains("/share/tgraph/Graphs/dcgan/dcgan-walk.tgraph\""), "\(listed.text)")

    try Data("mine".utf8).write(to: prefix.appendingPathComponent("bin/other"))
    let gone = try Self.install(["--prefix", "a prefix", "--uninstall"], in: folder)
    #expect(gone.status == 0, "\(gone.messages)")
    #expect(try Self.files(prefix) == ["bin/other"])
  }

  @Test(arguments: [
    (["--where"], 64, "--prefix DIR"),
    (["--prefix"], 64, "needs a folder"),
    (["--prefix", "nothing", "--uninstall"], 66, "nothing of TGraph"),
    (["--prefix", "file", "--no-build"], 73, "--prefix names another folder"),
  ])
  func refusals(arguments: [String], status: Int32, said: String) throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder.url.appendingPathComponent("file"))
    let outcome = try Self.install(arguments, in: folder)
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.messages.contains(said), "\(outcome.messages)")
    #expect(try Self.files(folder.url) == ["file"])
  }
}
