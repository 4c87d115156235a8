import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// The matrices of minimal filtering.
@Suite struct WinogradFormTests {
  private func product(_ a: [[Double]], _ b: [Double]) -> [Double] {
    a.map { row in zip(row, b).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// In one dimension, where a tile is `output · [(weights · g) ⊙ (input · d)]`.
  @Test(arguments: WinogradForm.all) func aTileIsACorrelation(_ form: WinogradForm) {
    var random = SeededNumbers(seed: 5)
    let g = random.tensor([form.kernel]).elements.map(Double.init)
    let d = random.tensor([form.side]).elements.map(Double.init)
    let products = zip(product(form.weights, g), product(form.input, d)).map { $0 * $1 }
    let results = product(form.output, products)
    #expect(results.count == form.results)
    for (position, result) in results.enumerated() {
      let sum = (0..<form.kernel).reduce(0) { $0 + g[$1] * d[position + $1] }
      #expect(abs(result - sum) < 1e-14)
    }
  }

  @Test func formsAreFoundByTheirExtents() {
    #expect(WinogradForm.of(results: 4, kernel: 3)?.side == 6)
    #expect(WinogradForm.of(results: 3, kernel: 3) == nil)
    #expect(WinogradForm.of(results: 0, kernel: 3) == nil)
    #expect(WinogradForm.all.map { $0.tiles(9) } == [5, 3, 3])
  }

  /// The packing is that of the transformed kernel, each number rounded once.
  @Test(arguments: WinogradForm.all) func kernelsArePackedByPositions(_ form: WinogradForm) {
    var random = SeededNumbers(seed: 6)
    let (outputs, channels, r, n) = (18, 3, form.kernel, form.side)
    let kernel = random.tensor([outputs, channels, r, r])
    let packed = WeightPacking.packTiles(kernel, form: form)
    #expect(packed.count == n * n * 2 * channels * 16)
    let (o, c) = (17, 2)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for a in 0..<r {
          for b in 0..<r {
            let element = Double(kernel[((o * channels + c) * r + a) * r + b])
            sum += form.weights[i][a] * element * form.weights[j][b]
          }
        }
        let position = (((i * n + j) * 2 + o / 16) * channels + c) * 16 + o % 16
        #expect(abs(Double(packed[position]) - sum) <= 1e-7)
      }
    }
    #expect(packed[channels * 16 + 2] == 0)
  }
}
