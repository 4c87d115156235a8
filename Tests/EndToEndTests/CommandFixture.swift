import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// A folder with the sample plan, pictures and arrays, and the commands to be tried on them.
struct CommandFixture {
  let folder: TemporaryFolder
  let tgrun: BuiltCommand
  let tginspect: BuiltCommand
  /// The hash of `sample.tplan`.
  let hash: String

  init() throws {
    tgrun = try #require(BuiltCommand("tgrun"), "build the package first: swift build -c release")
    tginspect = try #require(BuiltCommand("tginspect"), "build the package first")
    folder = try TemporaryFolder()
    hash = try SamplePlan.write(to: folder.path("sample.tplan"))
    var picture = Picture(height: 12, width: 8, colour: [255, 0, 51])
    picture[3, 4, 1] = 200
    try picture.write(path: folder.path("photo.png"))
    try array("one.npy", [1, 2], [0.5, 2])
    try array("negative.npy", [1, 2], [-1, 2])
    try array("three.npy", [3, 2], [1, 2, 3, 4, 5, 6])
    try array("two.npy", [2, 2], [1, 2, 3, 4])
    try array("ids.npy", [2, 3], [1, 2, 5, 3, 5, 0])
    try array("lengths.npy", [2], [3, 2])
    try array("badids.npy", [1, 2], [1, 6])
    try text("captions.txt", "a red bird\n\n  \na small blue bird\r\n")
    try text("empty.txt", "\n \n")
    try array("bytes.npy", [1, 3, 8, 8], (0..<192).map { Float($0 * 255 / 191) })
    try array("half.npy", [1], [0.5])
    try Picture(height: 8, width: 8, colour: [0, 90, 0]).write(path: folder.path("two.png"))
    try #require(unsafe mkfifo(folder.path("pipe.npy"), 0o600) == 0)
    try text("page.jpg", "\u{FF}")
    try Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 0]).write(to: url("photo.jpg"))
  }

  /// Runs `tgrun` in the folder.
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> BuiltCommand.Outcome {
    try tgrun.run(arguments, in: folder.url, input: input, environment: environment)
  }

  /// A file of the folder.
  func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  /// True if the folder has the file.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

  /// The numbers of an array.
  func array(_ name: String) throws -> HostTensor {
    try NumpyArray.read(path: folder.path(name)).tensor
  }

  /// Writes an array.
  func array(_ name: String, _ shape: Shape, _ elements: [Float]) throws {
    let bytes = NumpyArray(HostTensor(shape, elements)).encoded
    try Data(bytes).write(to: url(name))
  }

  /// Writes a text.
  func text(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url(name))
  }
}
