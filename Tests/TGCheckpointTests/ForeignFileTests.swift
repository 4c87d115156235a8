import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Things that are no checkpoints are named as what they are.
@Suite struct ForeignFileTests {
  private static let pointer = """
    version https://git-lfs.github.com/spec/v1
    oid sha256:49952cdfe21c86617552c21a181ee0e5aee87802b02c19828a5584656873e7ee
    size 14579088

    """

  private static let files: [(bytes: [UInt8], kind: ForeignFile)] = [
    ([], .empty), (Array(pointer.utf8), .gitLFSPointer(size: "14579088")),
    (Array("\n <!DOCTYPE HTML>\n<html>".utf8), .html), (Array("<html lang=en>".utf8), .html),
    ([0xef, 0xbb, 0xbf] + Array("<!doctype html>".utf8), .html),
    ([UInt8](repeating: 0x61, count: 257) + Array("ustar\u{0}00".utf8), .tar),
    ([0x1f, 0x8b, 8, 0], .compressed("gzip", command: "gunzip FILE")),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .compressed("7z", command: "7z x FILE")),
    ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], .other("a PNG picture")),
    (Array("hello".utf8), .other("a text file")),
    (Array("Not Found".utf8), .other("a text file")), ([0], .unknown),
    ([0xff, 0xff, 0xff], .unknown),
  ]

  @Test func eachIsNamed() {
    for (bytes, kind) in Self.files {
      #expect(refusal(of: bytes) == .foreign(kind), "\(bytes.prefix(20))")
    }
  }

  private static let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Weights of other frameworks: how they begin, how they are named, what is said of them.
  private static let frameworks: [(bytes: [UInt8], name: String, said: String)] = [
    (hdf5, "m.h5", "HDF5 file (Keras .h5)"),
    ([UInt8](repeating: 7, count: 512) + hdf5, "m.h5", "visititems"),
    ([UInt8](repeating: 0, count: 2048) + hdf5, "m.bin", "HDF5 file"),
    (Array("MATLAB 5.0 MAT-file, Platform".utf8), "m.mat", "MATLAB file (.mat, version 5)"),
    (Array("MATLAB 7.3 MAT-file, Platform".utf8), "m.mat", "version 7.3"),
    ([0x81, 0xa6] + Array("params".utf8) + [0x80], "m.msgpack", "msgpack file (Flax)"),
    ([0x1c, 0, 0, 0] + Array("TFL3".utf8), "m.tflite", "TensorFlow Lite"),
    (
      [8, 7, 0x12, 7] + Array("pytorch".utf8) + [0x1a, 1, 0x32, 0x3a, 3, 0x0a, 1, 0x40], "m.onnx",
      "ONNX"
    ),
    ([8, 8, 0x12, 0], "m.onnx", "ONNX"),
    ([8, 1, 0x12, 3, 0x0a, 1, 0], "saved_model.pb", "variables/variables.index"),
    ([0x0a, 3, 0x0a, 1, 0x77], "frozen.pb", "GraphDef"),
    ([0x0a, 3, 0x0a, 1, 0x77], "model.ckpt-5.meta", ".index file beside it"),
    ([0xa2, 6, 2, 0x0a, 0], "net", "Caffe network"),
    ([0x12, 3, 0x0a, 1, 0x77], "m.caffemodel", "readNetFromCaffe"),
    (Array("name: \"net\"\ninput: \"data\"\n".utf8), "net.prototxt", "its .caffemodel has them"),
    (
      Array("{\"format\": \"layers-model\", \"modelTopology\": {}}".utf8), "model.json",
      "weightsManifest"
    ),
    ([0x0a, 3] + Array("vgg".utf8) + [0xa2, 6, 2, 0x0a, 0], "m.caffemodel", "Caffe network"),
    (
      [UInt8](repeating: 1, count: 40), "model.ckpt.data-00000-of-00001",
      "its index, 'model.ckpt.index', is not beside it"
    ),
    (Array("GGUF".utf8) + [3, 0, 0, 0], "m.gguf", "GGUF"),
    (Array("PAR1".utf8), "m.parquet", "Parquet"),
    ([0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0], "cc.en.300.bin", "fastText"),
    (
      [0x80, 3, 0x63] + Array("joblib.numpy_pickle\nNumpyArrayWrapper\n".utf8), "m.joblib", "joblib"
    ),
  ]

  @Test func weightsOfOthersAreNamedAndTheWayOutIsSaid() {
    for (bytes, name, said) in Self.frameworks {
      do throws(CheckpointError) {
        _ = try Checkpoint.read(ByteRegion(bytes), path: name)
        Issue.record("\(name) was read")
      } catch {
        #expect(error.description.contains(said), "\(error)")
        #expect(error.description.contains("; "), "no advice: \(error)")
        #expect(error.exitCode == 65)
      }
    }
  }

  @Test func theSentenceNamesThePathAndTheWayOut() throws {
    do throws(CheckpointError) {
      _ = try Checkpoint.read(ByteRegion(Array(Self.pointer.utf8)), path: "w/netG.pth")
      Issue.record("a pointer was read")
    } catch {
      #expect(error.description.hasPrefix("w/netG.pth: "))
      #expect(error.description.contains("Git-LFS pointer"))
      #expect(error.description.contains("14579088 bytes"))
      #expect(error.description.contains("Git LFS"))
      #expect(error.exitCode == 65)
    }
  }

  @Test func missingFilesFoldersAndDevicesAreMissingInput() {
    for path in ["/nowhere/x.pth", NSTemporaryDirectory(), "/dev/zero"] {
      do throws(CheckpointError) {
        _ = try Checkpoint.read(path: path)
        Issue.record("\(path) was read")
      } catch { #expect(error.exitCode == 66, "\(error)") }
    }
  }

  /// The shared collection of hostile pickles: only the files known as harmless may be read.
  @Test(.enabled(if: SharedData.has("hostile"), "../shared/data is optional"))
  func hostileFilesAreRefused() throws {
    let folder = SharedData.url("hostile").path
    let harmless: Set = [
      "benign0_v0.pkl", "benign0_v3.pkl", "benign0_v4.pkl", "pytorch_model.bin",
      "new_pytorch_model.bin",
    ]
    var refused = 0
    for part in ["pickle", "misc"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)").sorted()
      {
        let path = "\(folder)/\(part)/\(name)"
        for isPlain in [false, true] {
          do throws(CheckpointError) {
            if isPlain {
              _ = try Checkpoint.readPlainData(path: path)
            } else {
              _ = try Checkpoint.read(path: path)
            }
            #expect(harmless.contains(name), "\(name) was read")
          } catch {
            #expect(!harmless.contains(name), "\(error)")
            #expect(error.exitCode == 65, "\(error)")
            refused += 1
          }
        }
      }
    }
    #expect(refused >= 80)
  }

  /// Every name that the collection imports is refused unless it is in the short list.
  @Test(.enabled(if: SharedData.has("hostile/pickle"), "../shared/data is optional"))
  func hostileNamesAreNamed() throws {
    let folder = SharedData.url("hostile/pickle").path
    let expectations = [
      "malicious1_v0.pkl": "__builtin__.eval", "malicious2_v4.pkl": "posix.system",
      "malicious10.pkl": "__builtin__.exec", "malicious16.pkl": "pip.main",
      "malicious12.pkl": "operator.attrgetter", "malicious19.pkl": "torch.serialization.load",
      "pytorch_magic_bypass.pt": "__builtin__.eval", "malicious11.pkl": "os.system",
    ]
    for (file, name) in expectations {
      do throws(CheckpointError) {
        _ = try Checkpoint.read(path: "\(folder)/\(file)")
        Issue.record("\(file) was read")
      } catch {
        guard case .pickle(_, .refused(name)) = error.fault else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }
}
