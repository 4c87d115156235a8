package import Foundation

/// The pages of `Graphs/`, and those of `Tests/Fixtures/graphs`, which only tests read. No name stands
/// twice, so tests name a page without its folder.
package enum GraphPages {
  /// The folder of the package.
  package static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The folder `Graphs`.
  package static let library = repository.appending(path: "Graphs")

  /// Every page of `Graphs` below its folder, sorted, without its ending: `attngan/damsm`.
  package static let all = pages(in: library)

  /// The pages that only tests read.
  package static let ofTests = pages(in: testFolder)

  private static let testFolder = repository.appending(path: "Tests/Fixtures/graphs")

  /// The file of a page by its name, such as `damsm`; one that is not there, if none has it.
  package static func file(_ name: String) -> URL {
    for (folder, pages) in [(library, all), (testFolder, ofTests)] {
      if let page = pages.first(where: { $0.split(separator: "/").last ?? "" == name }) {
        return folder.appending(path: page + ".tgraph")
      }
    }
    return library.appending(path: name + ".tgraph")
  }

  private static func pages(in folder: URL) -> [String] {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return paths.filter { $0.hasSuffix(".tgraph") }.map { String($0.dropLast(7)) }.sorted()
  }
}
