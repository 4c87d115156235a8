/// A boundary in the space of codes and how well it divides them: the protocol of InterFaceGAN (Shen et
/// al., CVPR 2020) and HiGAN (Yang, Shen, Zhou, IJCV 2021).
///
/// Of all samples the surest at both ends are taken, of these a part trains a linear SVM, and the others
/// validate it. Samples between the ends are never seen by it: on them the boundary is measured too.
package struct Boundary: Hashable, Sendable {
  /// The direction toward a higher score, of length 1. The intercept is not kept, as the authors have
  /// it.
  package let normal: [Double]
  /// The machine.
  package let machine: LinearSVM
  /// How many samples trained it.
  package let trained: Int
  /// The share of samples of the ends, held back from training, on the right side.
  package let validation: Accuracy
  /// The same of all samples between the ends; a sample counts as positive if its score is above the
  /// middle of the highest and the lowest score there.
  package let remaining: Accuracy

  /// How many of a kind were judged, and how many rightly.
  package struct Accuracy: Hashable, Sendable {
    /// How many.
    package let count: Int
    /// The share on the right side; 0 of none.
    package let share: Double
    /// The same of those that are positive.
    package let positive: Double
    /// The same of those that are not.
    package let negative: Double

    init(_ machine: LinearSVM, _ samples: [[Float]], _ labels: [Bool]) {
      let pairs = zip(samples, labels)
      func share(_ wanted: Bool) -> Double {
        let chosen = pairs.filter { $0.1 == wanted }.map(\.0)
        return machine.accuracy(chosen, labels: chosen.map { _ in wanted })
      }
      count = samples.count
      self.share = machine.accuracy(samples, labels: labels)
      positive = share(true)
      negative = share(false)
    }
  }

  /// How samples are chosen.
  package struct Settings: Hashable, Sendable {
    /// How many at each end: a share of all in 0 ..< 1, or a number; at most half of all.
    package var taken = 0.02
    /// The share of the ends that trains.
    package var training = 0.7
    /// How the machine is trained; its seed also decides which samples train.
    package var machine = LinearSVM.Settings()

    /// Makes the defaults of InterFaceGAN.
    package init() {}

    /// How many samples are taken at each end.
    package func count(of all: Int) -> Int {
      let wanted = taken < 1 ? Int(taken * Double(all)) : Int(min(taken, Double(all)))
      return min(wanted, all / 2)
    }
  }

  /// Why there is no boundary.
  package enum Fault: Error, Hashable, Sendable {
    /// Fewer than two samples at an end, one to train and one to validate.
    case tooFew(taken: Int, of: Int)
    /// All scores taken are equal.
    case allEqual(Double)
    /// The machine found no plane.
    case noPlane
  }

  /// Finds a boundary.
  ///
  /// - Parameters:
  ///   - codes: samples of equally many numbers.
  ///   - scores: a finite number for each.
  /// - Throws: `Fault`.
  package init(
    _ codes: [[Float]], scores: [Double], settings: Settings = Settings()
  ) throws(Fault) {
    let order = scores.indices.sorted { one, other in
      scores[one] == scores[other] ? one < other : scores[one] > scores[other]
    }
    let taken = settings.count(of: codes.count)
    guard taken >= 2 else { throw .tooFew(taken: taken, of: codes.count) }
    let (highest, lowest) = (scores[order[0]], scores[order[order.count - 1]])
    guard highest > lowest, scores[order[taken - 1]] > scores[order[order.count - taken]] else {
      throw .allEqual(highest)
    }
    let training = min(max(1, Int(settings.training * Double(taken))), taken - 1)
    func cut(_ end: ArraySlice<Int>, _ name: String) -> (train: [Int], rest: [Int]) {
      let end = Array(end)
      let shuffled = Shuffle.order(taken, seed: settings.machine.seed, name: name).map { end[$0] }
      return (Array(shuffled.prefix(training)), Array(shuffled.dropFirst(training)))
    }
    let positive = cut(order.prefix(taken), "positive")
    let negative = cut(order.suffix(taken), "negative")
    func pick(_ one: [Int], _ other: [Int]) -> ([[Float]], [Bool]) {
      ((one + other).map { codes[$0] }, one.map { _ in true } + other.map { _ in false })
    }
    let (samples, labels) = pick(positive.train, negative.train)
    machine = LinearSVM(samples, labels: labels, settings: settings.machine)
    guard let normal = Vector.unit(machine.weights) else { throw .noPlane }
    self.normal = normal
    trained = samples.count
    let held = pick(positive.rest, negative.rest)
    validation = Accuracy(machine, held.0, held.1)
    let between = order.dropFirst(taken).dropLast(taken)
    let (top, bottom) = (between.first.map { scores[$0] }, between.last.map { scores[$0] })
    let middle = ((top ?? 0) + (bottom ?? 0)) / 2
    remaining = Accuracy(
      machine, between.map { codes[$0] }, between.map { scores[$0] > middle })
  }
}
