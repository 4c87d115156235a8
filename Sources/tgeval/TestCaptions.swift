import TGCheckpoint
import TGCommandLine
import TGPlan
import TGTensor

/// The captions of a test set: lines of class, picture and caption, with tabulators between them.
struct TestCaptions {
  /// The captions, in the order of the file.
  let texts: [String]
  /// For each picture the numbers of its captions, in the order in which the pictures first occur.
  let ofPicture: [[Int]]
  /// For each picture the number of its class.
  let classes: [Int]
  /// The SHA-256 of the file.
  let digest: String

  /// The most bytes of a file.
  private static let limit = 256 << 20

  /// Reads a file.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  init(_ path: String) throws {
    let file = try MappedFile(path: path)
    guard file.count <= Self.limit, let bytes = file.bytes(0..<file.count) else {
      throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
    }
    if let reason = ForeignText.reason(ByteRegion(bytes)) {
      throw Failure(.badInput, "\(path): no captions: \(reason)")
    }
    var (texts, ofPicture, classes) = ([String](), [[Int]](), [Int]())
    var (pictures, names) = ([String: Int](), [String: Int]())
    for line in TextLines(bytes) {
      let place = "\(path):\(line.number)"
      let parts = try Self.fields(line.bytes, at: place)
      let group = names[parts[0], default: names.count]
      names[parts[0]] = group
      let picture = pictures[parts[1], default: pictures.count]
      pictures[parts[1]] = picture
      if picture == classes.count {
        classes.append(group)
        ofPicture.append([])
      }
      guard classes[picture] == group else {
        throw Failure(.badInput, "\(place): '\(parts[1])' was of another class before")
      }
      ofPicture[picture].append(texts.count)
      texts.append(parts[2])
    }
    guard names.count > 1 else {
      throw Failure(
        .badInput,
        "\(path) has captions of \(names.count) classes; wrong ones are of another class",
        hint: "where a picture is a class of its own, its name is the class too")
    }
    self.texts = texts
    self.ofPicture = ofPicture
    self.classes = classes
    digest = file.digest
  }

  private static func fields(_ line: ArraySlice<UInt8>, at place: String) throws(Failure)
    -> [String]
  {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw Failure(.badInput, "\(place) is no UTF-8", hint: "save the file as UTF-8")
    }
    let parts = text.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(
        .badInput, "\(place) is not of the form CLASS, tabulator, PICTURE, tabulator, CAPTION")
    }
    return parts.map(String.init)
  }
}
