import Foundation
import TGRetrieval
import TGTensor
import TGTestSupport
import Testing

/// A folder of small files that a test writes.
struct Folder {
  private let folder: TemporaryFolder
  var path: String { folder.url.path }

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.path(name) }

  /// Writes a text, and the folders that it lies in.
  func text(_ name: String, _ text: String) throws {
    let file = folder.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Writes an array.
  func array(_ name: String, _ shape: Shape, _ elements: [Float]) throws {
    try Data(NumpyArray(HostTensor(shape, elements)).encoded)
      .write(to: folder.url.appending(path: name))
  }

  /// What is said where a data set cannot be read; nil if it can.
  func fault(of kind: RetrievalData.Kind) -> String? {
    do {
      _ = try RetrievalData.read(kind, folder: path)
      return nil
    } catch { return error.message }
  }
}
