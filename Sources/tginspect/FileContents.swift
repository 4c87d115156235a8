import TGCheckpoint
import TGCommandLine
import TGImage
import TGONNX
import TGTensor
import TGText

/// What is in a file that is no plan.
enum FileContents {
  /// Tensors: a checkpoint, a code, a direction, the state of an inversion.
  case checkpoint(Checkpoint)
  /// A network in ONNX and its tensors.
  case network(ONNXModel, Checkpoint)
  /// Words with their ids.
  case vocabulary(Vocabulary)
  /// A picture and the texts in it.
  case picture(PictureHead, texts: [(key: String, value: String)])

  /// Reads a file, whatever it is.
  ///
  /// - Throws: `Failure`, with what the file is instead.
  init(_ given: String) throws {
    let path = Checkpoint.resolved(GivenFile(path: given)).path
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw Failure(.missingInput, "\(path) \(error)")
    }
    guard Path.suffix(path) != "tgraph" else {
      throw Failure(
        .badInput, "\(path) is a page, which tgc makes plans of",
        hint: "tgc \(Path.quoted(path)) --check says what is in it")
    }
    let bytes = ByteRegion(file)
    do {
      if let head = try Picture.readHead(path: path) {
        self = .picture(head, texts: try Picture.readText(path: path))
        return
      }
    } catch { throw Failure(ExitStatus(rawValue: error.exitCode) ?? .badInput, error.message) }
    do throws(CheckpointError) {
      let checkpoint = try Checkpoint.read(bytes, path: path, beside: .beside(path))
      if checkpoint.format == .onnx, let model = try? ONNXModel(decoding: bytes) {
        self = .network(model, checkpoint)
      } else if let words = Self.words(bytes, path, beside: checkpoint) {
        self = .vocabulary(words)
      } else {
        self = .checkpoint(checkpoint)
      }
    } catch {
      // Captions beside words are more values than a checkpoint has; a text is no pickle.
      if let words = Self.words(bytes, path, beside: nil) {
        self = .vocabulary(words)
      } else {
        throw Failure(ExitStatus(rawValue: error.exitCode) ?? .badInput, error.description)
      }
    }
  }

  /// The words of a pickle, of JSON or of a text; nil if the file has others or tensors.
  private static func words(
    _ bytes: ByteRegion, _ path: String, beside checkpoint: Checkpoint?
  ) -> Vocabulary? {
    if let checkpoint {
      guard checkpoint.format != .safetensors, checkpoint.format != .npz,
        !checkpoint.entries.contains(where: { $0.shape.rank > 0 })
      else { return nil }
    }
    if let value = try? Checkpoint.readPlainData(bytes, path: path) {
      return try? Vocabulary(WordValue(value), path: path)
    }
    guard checkpoint == nil, bytes.count <= Vocabulary.maximumFileBytes,
      ForeignText.reason(bytes) == nil
    else { return nil }
    return try? Vocabulary.read(bytes, path: path, rows: nil)
  }
}

extension WordValue {
  /// The values of a pickle, as far as words are among them.
  fileprivate init(_ value: PickleValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .int(let value): self = .whole(value)
    case .list(let items), .tuple(let items):
      // Captions as ids: lists of numbers, and lists of such.
      let areCaptions =
        items.areNumbers || (items.count > 1000 && items.first?.items?.areNumbers ?? false)
      self = areCaptions ? .other : .list(items.map { WordValue($0) })
    case .dictionary(let pairs), .object(_, let pairs):
      self = .pairs(pairs.map { Pair(key: WordValue($0.key), value: WordValue($0.value)) })
    case .array(let array):
      guard case .int64(let numbers) = array.elements, numbers.count == 1 else {
        self = .other
        return
      }
      self = .whole(Int(numbers[0]))
    case .none, .bool, .float, .bytes, .set, .other: self = .other
    }
  }
}
