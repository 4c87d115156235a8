import TGCheckpoint
import TGCommandLine
import TGDiagnostics
import TGExchange
import TGONNX
import TGSyntax
import TGTensor

/// A network in ONNX where a page is expected: the page that it becomes.
struct ImportedNetwork {
  /// The page in the house's style.
  let text: String
  /// True if the page reads tensors of the file.
  let readsTensors: Bool
  /// The page as a file: messages name it after the network.
  let page: PageFile

  /// Translates a network; nil if the file is none, which its bytes say.
  ///
  /// - Parameter settings: what `--set` says, sizes of axes by their names.
  /// - Throws: `Failure` for a network that is not translated.
  init?(_ path: String, settings: [String]) throws {
    guard path != "-", Path.suffix(path) != "tgraph", Path.exists(path), !Path.isFolder(path) else {
      return nil
    }
    let bytes = ByteRegion(try MappedFile(path: path))
    let isNamed = Path.suffix(path).lowercased() == "onnx"
    guard isNamed || ONNXModel.begins(bytes) else { return nil }
    if !ONNXModel.begins(bytes) {
      // A pointer, a web page, something else: what it is, is known where weights are read.
      do throws(CheckpointError) { _ = try Checkpoint.read(bytes, path: path) } catch {
        throw Failure(.badInput, error.description)
      }
    }
    do throws(ImportError) {
      let model = try Self.model(bytes)
      let draft = try Importer.page(
        of: model, name: Path.stem(path), settings: try Self.sizes(settings))
      text = try Self.styled(draft, path)
    } catch {
      throw Failure(.badInput, "\(path): \(error)", hint: error.hint)
    }
    readsTensors = text.contains("parameter(")
    page = PageFile(path: "\(path) (as a page)", bytes: Array(text.utf8))
  }

  private static func model(_ bytes: ByteRegion) throws(ImportError) -> ONNXModel {
    do { return try ONNXModel(decoding: bytes) } catch { throw .damaged(error) }
  }

  private static func sizes(
    _ settings: [String]
  ) throws(ImportError) -> [(name: String, value: Int)] {
    var result: [(name: String, value: Int)] = []
    for text in settings {
      guard let sign = text.lastIndex(of: "="), sign != text.startIndex,
        let size = Int(text[text.index(after: sign)...]), (1...1 << 30).contains(size)
      else { throw .file("--set \(text): of a network in ONNX it states sizes, AXIS=SIZE") }
      result.append((String(text[..<sign]), size))
    }
    return result
  }

  /// The page as `tgc fmt` writes it.
  private static func styled(_ text: String, _ path: String) throws(ImportError) -> String {
    do { return try Formatter.format(SourceFile(name: path, text: text)) } catch {
      let first = error.diagnostics.first?.message ?? ""
      throw .file("its page is not one of the language: \(first)")
    }
  }
}
