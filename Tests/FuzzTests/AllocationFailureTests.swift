import CTGAllocationCounter
import Foundation
import TGCheckpoint
import TGExecution
import TGImage
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import TGTestSupport
import Testing

/// Each allocation of C code fails in turn, in readers and in preparation: that ends with an error, or
/// is made up for; nothing traps and nothing is lost.
///
/// This is what the libraries do by themselves. In the commands an allocation that fails ends the
/// process at once, with status 71, whoever asked for it (`CTGAllocator`); small allocations of
/// Swift's runtime cannot be survived otherwise and are left out here.
@Suite struct AllocationFailureTests {
  /// What one attempt came to.
  enum End: Equatable {
    case done
    case refused(status: Int32)
  }

  /// Runs a body with every allocation failing in turn; its value dies inside.
  private func everyAllocationFails(
    atLeast expected: Int, _ name: String, _ body: () -> End
  ) throws {
    try #require(tg_allocations_countable() == 1, "glibc counts allocations")
    // What is set up once, such as tables of a library, is not lost.
    #expect(body() == .done, "\(name)")
    var refusals = 0
    for number in 0..<10_000 {
      tg_failure_start(number, 1 << 62)
      let end = body()
      let count = tg_failure_stop()
      #expect(tg_failure_kept() == 0, "\(name): allocation \(number) fails, and memory is lost")
      if case .refused(let status) = end {
        refusals += 1
        #expect([65, 71, 74].contains(status), "\(name): allocation \(number)")
      }
      guard count > number else {
        #expect(end == .done && refusals >= expected, "\(name): \(refusals) of \(number) refused")
        print("\(name): \(number) allocations of C code, \(refusals) failures end with an error")
        return
      }
    }
    Issue.record("\(name) never ends")
  }

  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures")

  @Test(
    arguments: [
      "png/valid/chunks-ignored.png", "png/valid/rgba-8-interlaced.png",
      "jpeg/valid/baseline-420.jpg", "jpeg/valid/progressive-420.jpg",
      "jpeg/valid/turn-6-progressive.jpg",
    ])
  func picturesAreDecoded(_ file: String) throws {
    let folder = Self.fixtures
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
    // libjpeg-turbo takes its memory by itself: of a JPEG only our own is counted.
    let least = file.hasPrefix("jpeg") ? 1 : 3
    try everyAllocationFails(atLeast: least, "decoding \(file)") {
      do throws(PictureError) {
        _ = try Picture.decode(bytes, path: file)
        return .done
      } catch { return .refused(status: error.exitCode) }
    }
  }

  @Test(arguments: PictureFormat.allCases)
  func picturesAreEncoded(_ format: PictureFormat) throws {
    let picture = Picture(height: 40, width: 30, colour: [1, 2, 3])
    let least = format == .jpeg ? 1 : 3
    try everyAllocationFails(atLeast: least, "encoding a \(format.rawValue)") {
      do throws(PictureError) {
        _ = try picture.encoded(as: PictureEncoding(format), text: [("tgraph.seed", "1")])
        return .done
      } catch { return .refused(status: error.exitCode) }
    }
  }

  @Test(arguments: ["deflated.npz", "deflated.pth", "types-zip.pth", "model.safetensors"])
  func checkpointsAreRead(_ name: String) throws {
    let path = Self.fixtures.appending(path: "checkpoint/\(name)").path
    try everyAllocationFails(atLeast: 1, "reading \(name)") {
      do {
        let checkpoint = try Checkpoint.read(path: path)
        for entry in checkpoint.entries { _ = try entry.elements() }
        return .done
      } catch { return .refused(status: (error as? CheckpointError)?.exitCode ?? 65) }
    }
  }

  @Test func plansAreReadAndPrepared() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("small.tplan")
    _ = try SmallPlan().write(to: path)
    try everyAllocationFails(atLeast: 10, "reading and preparing a plan") {
      do {
        let file = try PlanFile.load(path: path)
        let executor = try Executor(LoadedPlan(file), within: Budget(threads: 2))
        try executor.run()
        return .done
      } catch let error as PlanError {
        return .refused(status: error.exitCode)
      } catch let error as RuntimeError {
        guard case .outOfMemory = error else { return .refused(status: 70) }
        return .refused(status: 71)
      } catch { return .refused(status: 70) }
    }
  }
}
