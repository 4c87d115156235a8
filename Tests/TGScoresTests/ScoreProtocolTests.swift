import TGScores
import TGTensor
import Testing

/// Protocols: equal only where every item is.
@Suite struct ScoreProtocolTests {
  private static func method(_ items: (String, String)...) -> ScoreProtocol {
    var method = ScoreProtocol(score: "FID")
    for item in items { method.add(item.0, item.1) }
    return method
  }

  @Test func hashesFollowEveryNameAndValue() {
    let first = Self.method(("resize", "clean"), ("pictures", "100"))
    let methods = [
      first, Self.method(("resize", "clean"), ("pictures", "101")),
      Self.method(("resize", "clean")), Self.method(("resize", "cleanpictures"), ("100", "")),
      Self.method(("resizeclean", ""), ("pictures", "100")),
      Self.method(("resize", "clean\n8 pictures"), ("x", "100")),
    ]
    #expect(Set(methods.map(\.hash)).count == methods.count)
    #expect(first.hash == Self.method(("resize", "clean"), ("pictures", "100")).hash)
    #expect(first.hash.count == 64)
  }

  @Test func differencesNameWhatDiffers() {
    let one = Self.method(("resize", "clean"), ("pictures", "100"), ("seed", "1"))
    let two = Self.method(("resize", "pytorch"), ("pictures", "100"), ("folds", "10"))
    let found = one.differences(to: two)
    #expect(found.map(\.name) == ["resize", "seed", "folds"])
    #expect(found.map(\.here) == ["clean", "1", nil])
    #expect(found.map(\.there) == ["pytorch", nil, "10"])
    #expect(one.differences(to: one).isEmpty)
  }

  @Test func jsonReadsBack() throws {
    let one = Self.method(("resize", "clean \"x\""), ("pictures", "100"))
    let read = try #require(ScoreProtocol(JSON(parsing: Array(one.json.text().utf8))))
    #expect(read == one && read.hash == one.hash)
    #expect(ScoreProtocol(.object([.init("score", .integer(1))])) == nil)
    #expect(ScoreProtocol(.null) == nil)
  }
}
