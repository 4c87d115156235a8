import Foundation
import TGImage
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// `tgeval` as a user runs it: scores that are known in closed form, and what is refused.
@Suite struct EvalCommandTests {
  private static let distance = "Frechet distance of Eye features"
  private static let kernel = "kernel distance of Eye features"

  @Test func setsOfPicturesHaveTheDistanceOfTheirColours() throws {
    let fixture = try EvalFixture()
    let scores = try fixture.scores("sets dark light --plan eye.tplan --subset-size 4")
    // Means 25 and 145, variances 500/3 and 1500 of one axis, nothing else differs.
    let expected = 120 * 120 + pow((500.0 / 3).squareRoot() - 1500.0.squareRoot(), 2)
    #expect(abs((scores[Self.distance]?["value"] ?? 0) - expected) < 1e-5 * expected)
    func k(_ a: Double, _ b: Double) -> Double { pow((a * b + 5000) / 3 + 1, 3) }
    let (dark, light): ([Double], [Double]) = ([10, 20, 30, 40], [100, 130, 160, 190])
    var mean = 0.0
    for i in 0..<4 {
      for j in 0..<4 {
        if i != j { mean += (k(dark[i], dark[j]) + k(light[i], light[j])) / 12 }
        mean -= 2 * k(dark[i], light[j]) / 16
      }
    }
    #expect(abs((scores[Self.kernel]?["mean"] ?? 0) / mean - 1) < 1e-6)
    // No name of a published score for another network.
    #expect(scores.keys.allSatisfy { !$0.contains("FID") && !$0.contains("KID") })
  }

  @Test(arguments: [
    ("6726825d", "FID"), ("6726825e", "Frechet distance of InceptionFrechet features"),
  ])
  func publishedNamesNeedThePublishedFiles(hash: String, name: String) throws {
    let fixture = try EvalFixture()
    try fixture.pictures("a", [10, 20, 30, 40], side: 8)
    try fixture.pictures("b", [11, 23, 30, 45], side: 8)
    var plan = try SamplePlan.plan()
    plan.name = "InceptionFrechet"
    plan.fileHashes = [hash + String(repeating: "0", count: 56)]
    let index = try #require(plan.functions.firstIndex { $0.name == "edit" })
    plan.functions[index].name = "features"
    let output = try #require(plan.functions[index].outputs.firstIndex { $0.name == "small" })
    plan.functions[index].outputs[output].name = "features"
    var writer = try PlanWriter(path: fixture.pages.folder.path("named.tplan"))
    _ = try writer.append(.floats([1, 2, 3]))
    _ = try writer.finish(plan)
    let scores = try fixture.scores(
      "sets a b --plan named.tplan --plan-function features --plan-output features --scores frechet"
    )
    #expect(Set(scores.keys) == [name])
  }

  @Test func keptFeaturesRememberTheirMakingAndGiveTheSameScores() throws {
    let fixture = try EvalFixture()
    let options = "--scores frechet,manifolds --neighbours 1"
    let first = try fixture.run(
      "sets dark light --plan eye.tplan \(options) --json --features-out dark.safetensors "
        + "--reference-features-out light.npy")
    #expect(first.status == 0, "\(first.messages)")
    #expect(first.messages.contains("do not determine a covariance") == false)
    let second = try fixture.run(
      "sets dark.safetensors light --plan eye.tplan \(options) --json")
    #expect(second.text == first.text)
    let array = try NumpyArray.read(path: fixture.pages.folder.path("light.npy")).tensor
    #expect(array.shape == [4, 3] && array[0] == 100 && array[3] == 130)
    // An array that does not tell its plan is not mixed with one that does.
    let mixed = try fixture.run("sets dark.safetensors light.npy")
    #expect(mixed.status == 65 && mixed.messages.contains("not known"))
    let other = try fixture.run(
      "sets dark.safetensors light --plan eye.tplan --resize clean --scores frechet")
    #expect(other.status == 65 && other.messages.contains("resize is 'by the plan'"))
  }

  @Test func fewPicturesAreWarnedAbout() throws {
    let fixture = try EvalFixture()
    try fixture.pictures("few", [1, 9])
    let outcome = try fixture.run("sets few light --plan eye.tplan --scores frechet")
    #expect(outcome.status == 0)
    #expect(outcome.messages.contains("few: 2 pictures do not determine a covariance of 3"))
  }

  @Test func resizedPicturesKeepTheirColour() throws {
    let fixture = try EvalFixture()
    try fixture.pictures("large", [10, 20, 30, 40], side: 41)
    for kind in ["clean", "pytorch", "tensorflow"] {
      let scores = try fixture.scores(
        "sets large dark --plan eye.tplan --resize \(kind) --scores frechet")
      #expect(abs(scores[Self.distance]?["value"] ?? 1) < 1e-3, "\(kind)")
    }
    let refused = try fixture.run("sets large dark --plan eye.tplan --scores frechet")
    #expect(refused.status == 65 && refused.messages.contains("--resize clean"))
  }

  @Test func classesOfPicturesAreScored() throws {
    let fixture = try EvalFixture()
    let scores = try fixture.scores(
      "sets dark --scores classes --class-plan eye.tplan --splits 1 --keep-order")
    // Logits (v, 50, 50): of 10 and 40 the classes are known.
    let logits = [10.0, 20, 30, 40].map { [$0, 50.0, 50] }
    let shares = logits.map { (row: [Double]) -> [Double] in
      let powers = row.map { exp($0 - 50) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
    let mean = (0..<3).map { (place: Int) -> Double in
      shares.reduce(0.0) { $0 + $1[place] } / 4
    }
    var divergence = 0.0
    for share in shares {
      for (part, whole) in zip(share, mean) { divergence += part * log(part / whole) / 4 }
    }
    let found = scores["class score of Eye features"]?["mean"] ?? 0
    #expect(abs(found - exp(divergence)) < 1e-9)
  }

  @Test func pairsAreJoinedByNameAndScored() throws {
    let fixture = try EvalFixture()
    let line = "pairs dark light --lpips eye.tplan --lpips-function distance"
    let scores = try fixture.scores(line)
    // One channel of three differs by 90, 110, 130 and 150.
    let errors = [90.0, 110, 130, 150].map { $0 * $0 / 3 }
    let mean = errors.reduce(0, +) / 4
    #expect(abs((scores["MSE"]?["value"] ?? 0) - mean) < 1e-9)
    #expect(abs((scores["Eye distance"]?["value"] ?? 0) / mean - 1) < 1e-6)
    let ratio = errors.reduce(0.0) { (sum: Double, error: Double) in
      sum + 2.5 * log10(65025 / error)
    }
    #expect(abs((scores["PSNR"]?["value"] ?? 0) - ratio) < 1e-9)
    // Flat pictures: only the term of the means is left.
    let c1 = 2.55 * 2.55
    var similar = 0.0
    for (a, b) in zip([10.0, 20, 30, 40], [100.0, 130, 160, 190]) {
      let means = (2 * a * b + c1) / (a * a + b * b + c1)
      similar += (means + 2) / 12
    }
    #expect(abs((scores["SSIM"]?["value"] ?? 0) - similar) < 1e-9)
    let each = try fixture.run("\(line) --each")
    #expect(each.text.contains("dark/0.png  mse 2700.000000"))
    let same = try fixture.scores("pairs dark/0.png dark/0.png")
    #expect(same["MSE"] == ["value": 0] && same["PSNR"] == ["value": .infinity])
  }

  @Test func scoresOfUnequalProtocolsAreNotCompared() throws {
    let fixture = try EvalFixture()
    try fixture.pictures("other", [11, 22, 33, 44])
    let plan = "light --plan eye.tplan --scores kernel --subset-size 4"
    _ = try fixture.scores("sets dark \(plan)", to: "a.json")
    _ = try fixture.scores("sets other \(plan)", to: "b.json")
    _ = try fixture.scores("sets other \(plan) --subsets 7 --seed 3", to: "c.json")
    let equal = try fixture.run("compare a.json b.json")
    #expect(equal.status == 0 && equal.text.contains("difference"), "\(equal.messages)")
    let unequal = try fixture.run("compare a.json c.json")
    #expect(unequal.status == 76 && unequal.text.isEmpty)
    #expect(unequal.messages.contains("subsets is '100' and '7'"))
    #expect(unequal.messages.contains("RandomState(2020)"))
    // Who changes an item changes the hash.
    let text = try String(
      contentsOf: fixture.pages.folder.url.appendingPathComponent("c.json"), encoding: .utf8)
    try fixture.pages.write(
      text.replacing("\"subsets\": \"7\"", with: "\"subsets\": \"100\""), to: "forged.json")
    let forged = try fixture.run("compare a.json forged.json")
    #expect(forged.status == 65 && forged.messages.contains("not the one of its hash"))
  }

  @Test func picturesOfCaptionsFindThemAmongWrongOnes() throws {
    let fixture = try EvalFixture()
    let line =
      "r-precision painter.tplan --captions test.tsv --picture-encoder colours.tplan --pictures 13 "
      + "--wrong 30 --folds 3"
    let right = try fixture.scores("\(line) --text-encoder words.tplan")
    #expect(right["R-precision"] == ["mean": 100, "deviation": 0, "all": 100])
    // An encoder that takes red for green finds every picture under another's caption.
    let turned = try fixture.scores("\(line) --text-encoder turned.tplan")
    #expect(turned["R-precision"] == ["mean": 0, "deviation": 0, "all": 0])
    let told = try fixture.run("\(line) --text-encoder words.tplan")
    #expect(told.text.contains("entries of a fold: 3 of 4: the last is dropped"))
    let whole = try fixture.run("\(line) --text-encoder words.tplan --whole-folds")
    #expect(whole.text.contains("entries of a fold: 4, all"))
  }

  @Test func vectorsAreComparedAsGiven() throws {
    let fixture = try EvalFixture()
    try fixture.array("p.npy", [4, 2], [1, 0, 0, 1, 1, 1, 1, 0])
    try fixture.array("t.npy", [4, 2], [2, 0, 1, 0, 3, 3, 0, 1])
    // The second has a nearer wrong one, the fourth two as near as its own.
    try fixture.array(
      "w.npy", [4, 2, 2], [0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 2, 0, 3])
    let scores = try fixture.scores(
      "r-precision --picture-vectors p.npy --text-vectors t.npy --wrong-vectors w.npy --folds 1 "
        + "--whole-folds")
    #expect(scores["R-precision of arrays"]?["mean"] == 75)
    let drawn = try fixture.scores(
      "r-precision --picture-vectors t.npy --text-vectors t.npy --folds 2")
    #expect(drawn["R-precision of arrays"]?["all"] == 100)
  }
}
