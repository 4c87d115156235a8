package import TGTensor

/// A form of minimal filtering: tiles of m × m results of an r × r kernel from n × n products for each
/// pair of channels, n = m + r − 1 (Winograd 1980; Lavin & Gray, CVPR 2016, who write F(m × m, r × r)).
package struct WinogradForm: Hashable, Sendable {
  /// Results along each side of a tile: m.
  package let results: Int
  /// Rows and columns of the kernel: r.
  package let kernel: Int

  /// The forms that there are; `tg_winograd_body.h` has their matrices.
  package static let all = [
    WinogradForm(results: 2, kernel: 3), WinogradForm(results: 3, kernel: 2),
    WinogradForm(results: 4, kernel: 3),
  ]

  /// The form of tiles of so many results for a kernel; nil if there is none.
  ///
  /// With a stride s the input is taken apart into s × s pictures of every s-th position, each with a
  /// kernel of every s-th tap: together one convolution of stride 1 with s² times the channels, whose
  /// kernels have ⌈height / s⌉ rows.
  package static func of(
    results: Int, height: Int, width: Int, stride: [Int] = [1, 1]
  ) -> WinogradForm? {
    guard height == width, height > 0, stride[0] == stride[1], stride[0] > 0 else { return nil }
    let kernel = (height - 1) / stride[0] + 1
    return all.first { $0.results == results && $0.kernel == kernel }
  }

  /// The sizes of tiles for which one of some kernels, `[O, C, rows, columns]`, has a form, ascending.
  package static func sizes(for kernels: [Shape], stride: [Int]) -> [Int] {
    Set(all.map(\.results)).sorted().filter { results in
      kernels.contains { of(results: results, height: $0[2], width: $0[3], stride: stride) != nil }
    }
  }

  /// Rows and columns of a tile of the input: n.
  package var side: Int { results + kernel - 1 }

  /// The tiles along a side of so many results.
  package func tiles(_ extent: Int) -> Int { (extent + results - 1) / results }
}
