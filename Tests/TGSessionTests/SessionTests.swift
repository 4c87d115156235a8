import Foundation
import TGMachine
import TGExecution
import TGImage
import TGPlan
import TGRuntime
import TGSession
import TGTensor
import TGTestSupport
import Testing

/// The sample plan run through sessions.
@Suite struct SessionTests {
  private static func session(
    _ function: String? = nil, memoryLimit: Int? = nil
  ) throws -> Session {
    let weights = try #require(WeightSection(elements: [Float]()))
    return try Session(
      LoadedPlan(plan: SamplePlan.plan(), weights: weights), function: function, on: NativeTarget(),
      within: Budget(threads: 2, memory: memoryLimit))
  }

  private static func run(
    _ session: Session, _ given: [String: Given], items: [RunItem] = [RunItem(seed: 0)],
    together: Bool = false, outputs: [String]
  ) throws -> [[String: HostTensor]] {
    let run = try session.prepare(given, items: items, belongTogether: together)
    return try run.chunks.flatMap { try session.run($0, of: run, outputs: outputs).results }
  }

  @Test func noiseOfAnItemDoesNotDependOnTheBatch() throws {
    let session = try Self.session()
    #expect(session.variants.sizes == [1, 4])
    let items = (0..<6).map { RunItem(seed: UInt64($0)) }
    let caption = ["caption": Given.caption("a red bird")]
    let many = try Self.run(session, caption, items: items, outputs: ["image"])
    #expect(many.count == 6)
    for (item, result) in zip(items, many) {
      let alone = try Self.run(session, caption, items: [item], outputs: ["image"])
      #expect(alone[0]["image"] == result["image"])
      let z = Noise(seed: item.seed, input: "z", item: 0).normals(192)
      let image = try #require(result["image"])
      // The third row of pixels is about "bird" no longer but "red", id 3, and the last has no word.
      #expect(abs(image[2 * 8] - tanh(z[16] + 3.0 / 8)) < 1e-6)
      #expect(abs(image[6 * 8] - tanh(z[48])) < 1e-6)
    }
  }

  @Test func captionsOfItsOwnGoToEachItem() throws {
    let items = ["a bird", "small red"].map { RunItem(seed: 0, captions: ["caption": $0]) }
    let maps = try Self.run(Self.session(), [:], items: items, outputs: ["maps"])
    #expect(maps.map { $0["maps"]?[0] } == [1, 2])
    #expect(maps.map { $0["maps"]?[4] } == [5, 3])
  }

  /// A caption is looked up, bound for each item and shown, and cut only once.
  @Test func aCaptionIsReadOnce() throws {
    let session = try Self.session()
    let input = try session.variants.input("caption")
    let first = try session.tokens(of: "a red bird", for: input)
    let items = (0..<6).map { RunItem(seed: UInt64($0)) }
    let given = ["caption": Given.caption("a red bird")]
    _ = try Self.run(session, given, items: items, outputs: ["image"])
    #expect(try session.tokens(of: "a red bird", for: input, strictWords: true) == first)
    #expect(session.captionReadings == 1)
    _ = try session.tokens(of: "a zzz bird", for: input)
    #expect(throws: SessionError.self) {
      try session.tokens(of: "a zzz bird", for: input, strictWords: true)
    }
    #expect(session.captionReadings == 2)
    // Letters that look alike are other words.
    _ = try session.tokens(of: "bird \u{e9}", for: input)
    _ = try session.tokens(of: "bird e\u{301}", for: input)
    #expect(session.captionReadings == 4)
  }

  @Test func picturesAreFittedAndNegated() throws {
    let picture = Picture(height: 16, width: 8, colour: [255, 0, 51])
    let session = try Self.session("edit")
    let photo = try Session.tensor(
      of: picture, path: "p.png", for: session.variants.input("photo"))
    let results = try Self.run(
      session, ["photo": .picture(photo, path: "p.png")],
      outputs: ["image", "small"])
    let image = try #require(results[0]["image"])
    #expect(image.shape == [1, 3, 8, 8])
    #expect(image[0] == -1 && image[64] == 1 && abs(image[128] - 0.6) < 1e-6)
    #expect(results[0]["small"]?.shape == [1, 1, 8, 8])
  }

  @Test func whatIsNotGivenIsDrawnOrHasADefault() throws {
    let drawn = try Self.run(
      Self.session("pick"), ["label": .number(7)], outputs: ["y", "drawn"])
    #expect(drawn[0]["y"]?.elements == [7])
    #expect(
      drawn[0]["drawn"]?.elements
        == Noise(seed: 0, input: "u", item: 0).uniforms(5, low: 2, high: 3))
    let x = HostTensor([2, 2], [1, 2, 3, 4])
    let mixed = try Self.run(
      Self.session("mix"), ["x": .array(x, lengths: nil)],
      items: [RunItem(seed: 0, row: 0), RunItem(seed: 0, noiseItem: 1, row: 1)], together: true,
      outputs: ["y"])
    #expect(mixed.map { $0["y"]?.elements } == [[4, 5], [6, 7]])
  }

  @Test func failuresNameTheirCause() throws {
    let names = ["paint", "edit", "measure", "mix", "pick"]
    #expect(throws: SessionError.noSuchFunction("x", functions: names)) { try Self.session("x") }
    func status(_ body: () throws -> Void) -> Int32? {
      do { try body() } catch let error as SessionError { return error.exitCode } catch {}
      return nil
    }
    let two = Given.array(HostTensor([1, 2], [-1, 1]), lengths: nil)
    let table: [(Int32, () throws -> Void)] = [
      (76, { _ = try Self.run(Self.session("measure"), ["x": two], outputs: ["y"]) }),
      (64, { _ = try Self.run(Self.session("measure"), [:], outputs: ["y"]) }),
      (64, { _ = try Self.run(Self.session(), [:], outputs: ["image"]) }),
      (65, { _ = try Self.run(Self.session(), ["caption": .caption("zzz")], outputs: ["image"]) }),
      (65, { _ = try Self.run(Self.session("mix"), ["x": two], outputs: ["y"]) }),
      (65, { _ = try Self.run(Self.session("pick"), ["label": .number(10)], outputs: ["y"]) }),
      (64, { _ = try Self.run(Self.session("pick"), ["nothing": two], outputs: ["y"]) }),
      (
        71,
        {
          _ = try Self.run(
            Self.session(memoryLimit: 100), ["caption": .caption("bird")], outputs: ["image"])
        }
      ),
    ]
    for (index, (expected, body)) in table.enumerated() {
      #expect(status(body) == expected, "row \(index)")
    }
  }
}
