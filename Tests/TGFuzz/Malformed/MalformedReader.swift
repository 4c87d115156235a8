import TGCheckpoint
import TGCompiler
import TGDiagnostics
import TGExchange
import TGImage
import TGInversion
import TGONNX
import TGPlan
import TGSyntax
import TGTensor
import TGText

/// A reader that refuses malformed files, as a command does: by a status and a sentence.
struct MalformedReader {
  /// The name of its table.
  var name: String
  /// What it says to a file; nil if it reads it.
  var refusal: ([UInt8]) -> (status: Int, sentence: String)?

  /// All readers with a table.
  static var all: [MalformedReader] {
    [
      MalformedReader(name: "pickle") { plainData($0) ?? checkpoint($0) },
      MalformedReader(name: "legacy", refusal: checkpoint),
      MalformedReader(name: "zip", refusal: checkpoint),
      MalformedReader(name: "safetensors", refusal: checkpoint),
      MalformedReader(name: "onnx", refusal: network),
      MalformedReader(name: "npy", refusal: checkpoint),
      MalformedReader(name: "tensorflow", refusal: tensorFlow),
      MalformedReader(name: "torch7", refusal: checkpoint),
      MalformedReader(name: "ncnn", refusal: ncnn),
      MalformedReader(name: "json", refusal: json),
      MalformedReader(name: "png", refusal: picture),
      MalformedReader(name: "jpeg", refusal: picture),
      MalformedReader(name: "vocabulary", refusal: vocabulary),
      MalformedReader(name: "vectors", refusal: vectors),
      MalformedReader(name: "caption") { bytes in
        text { () throws(TextError) in _ = try Caption.read(bytes) }
      },
      MalformedReader(name: "pipeline") { bytes in
        text { () throws(TextError) in _ = try TextPipeline(decoding: bytes) }
      },
      MalformedReader(name: "page", refusal: page),
      MalformedReader(name: "state", refusal: state),
      MalformedReader(name: "plan", refusal: plan),
    ]
  }

  private static func plainData(_ bytes: [UInt8]) -> (Int, String)? {
    refusal { () throws(CheckpointError) in
      _ = try Checkpoint.readPlainData(ByteRegion(bytes), path: "FILE")
    }
  }

  /// A checkpoint with all that is in it.
  private static func checkpoint(_ bytes: [UInt8]) -> (Int, String)? {
    refusal(ofAllIn: bytes, path: "FILE", beside: .none)
  }

  /// An index of TensorFlow beside a data file of 64 bytes that count up.
  private static func tensorFlow(_ bytes: [UInt8]) -> (Int, String)? {
    let data = ByteRegion((0..<64).map { UInt8($0) })
    return refusal(
      ofAllIn: bytes, path: "FILE.index", beside: .memory(["FILE.data-00000-of-00001": data]))
  }

  private static func refusal(
    ofAllIn bytes: [UInt8], path: String, beside siblings: Siblings
  ) -> (Int, String)? {
    refusal { () throws(CheckpointError) in
      let checkpoint = try Checkpoint.read(ByteRegion(bytes), path: path, beside: siblings)
      for entry in checkpoint.entries {
        do throws(CheckpointFault) { _ = try entry.tensor() } catch {
          throw CheckpointError(path: path, fault: error)
        }
      }
    }
  }

  /// The text and the numbers of a network, joined.
  private static func ncnn(_ bytes: [UInt8]) -> (Int, String)? {
    let pair = NcnnPair(joined: bytes)
    return refusal { () throws(CheckpointError) in
      _ = try Checkpoint.read(
        ncnn: ByteRegion(pair.text), weights: ByteRegion(pair.numbers), path: "FILE")
    }
  }

  /// A network as a page; what is wrong with its tensors only, as a checkpoint.
  private static func network(_ bytes: [UInt8]) -> (Int, String)? {
    do {
      let model = try ONNXModel(decoding: ByteRegion(bytes))
      _ = try Importer.page(of: model, name: "FILE", settings: [])
      return checkpoint(bytes)
    } catch { return (65, "\(error)") }
  }

  private static func refusal(_ read: () throws(CheckpointError) -> Void) -> (Int, String)? {
    do throws(CheckpointError) {
      try read()
      return nil
    } catch { return (Int(error.exitCode), error.description) }
  }

  private static func json(_ bytes: [UInt8]) -> (Int, String)? {
    do throws(JSONError) {
      _ = try JSON(parsing: bytes)
      return nil
    } catch { return (65, error.description) }
  }

  private static func picture(_ bytes: [UInt8]) -> (Int, String)? {
    do throws(PictureError) {
      _ = try Picture.decode(bytes, path: "FILE")
      return nil
    } catch { return (Int(error.exitCode), error.message) }
  }

  private static func text(_ read: () throws(TextError) -> Void) -> (Int, String)? {
    do throws(TextError) {
      try read()
      return nil
    } catch { return (Int(error.exitCode), error.message) }
  }

  private static func vocabulary(_ bytes: [UInt8]) -> (Int, String)? {
    do {
      let file = GivenFile(path: "FILE", contents: ByteRegion(bytes))
      _ = try VocabularyReader.read(file, rows: 0)
      return nil
    } catch let error as TextError { return (Int(error.exitCode), error.message) } catch {
      guard let error = error as? CheckpointError else { fail("\(error)") }
      return (Int(error.exitCode), error.description)
    }
  }

  private static func vectors(_ bytes: [UInt8]) -> (Int, String)? {
    ScratchFile(ending: ".vec").with(bytes) { path in
      text { () throws(TextError) in _ = try WordVectors.read(path: path) }
    }
  }

  private static func page(_ bytes: [UInt8]) -> (Int, String)? {
    do throws(DiagnosticFailure) {
      let library = try Library(path: "page.tgraph") { path throws(Library.LoadingError) in
        guard path == "page.tgraph" else { throw Library.LoadingError("there is no other file") }
        return bytes
      }
      _ = try Elaborator(library).elaborate(ElaborationOptions())
      return nil
    } catch {
      // A page has as many findings as it has; the first is what the table speaks of.
      return (65, error.diagnostics.first.map { "\($0.id): \($0.message)" } ?? "")
    }
  }

  private static func state(_ bytes: [UInt8]) -> (Int, String)? {
    do throws(InversionError) {
      let archive = try StateArchive(decoding: ByteRegion(bytes))
      _ = try archive.members.whole("version", in: 1..<2)
      return nil
    } catch { return (Int(error.exitCode), error.message) }
  }

  private static func plan(_ bytes: [UInt8]) -> (Int, String)? {
    ScratchFile(ending: ".tplan").with(bytes) { path in
      do throws(PlanError) {
        _ = try PlanFile.load(path: path, verifyWeights: true)
        return nil
      } catch { return (Int(error.exitCode), error.description) }
    }
  }
}
