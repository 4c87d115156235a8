import Foundation
import TGCheckpoint
import TGTensor
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
    ([0x1f, 0x8b, 8, 0], .compressed("gzip")),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .compressed("7z")),
    ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], .other("an HDF5 file (Keras .h5)")),
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

  @Test func theSentenceNamesThePathAndTheWayOut() throws {
    do throws(CheckpointError) {
      _ = try Checkpoint.read(ByteRegion(Array(Self.pointer.utf8)), path: "w/netG.pth")
      Issue.record("a pointer was read")
    } catch {
      #expect(error.description.hasPrefix("w/netG.pth: "))
      #expect(error.description.contains("Git-LFS pointer"))
      #expect(error.description.contains("14579088 bytes"))
      #expect(error.description.contains("git lfs pull"))
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
  @Test func hostileFilesAreRefused() throws {
    guard let folder = SharedData.folder("hostile") else { return }
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
  @Test func hostileNamesAreNamed() throws {
    guard let folder = SharedData.folder("hostile/pickle") else { return }
    let expectations = [
      "malicious1_v0.pkl": "__builtin__.eval", "malicious2_v4.pkl": "posix.system",
      "malicious10.pkl": "__builtin__.exec", "malicious16.pkl": "pip.main",
      "malicious12.pkl": "operator.attrgetter", "malicious19.pkl": "functools.partial",
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
