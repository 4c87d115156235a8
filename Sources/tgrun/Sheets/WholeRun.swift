import TGCommandLine
import TGTensor

/// What a film or a sheet remembers of the run besides what single pictures do.
struct WholeRun {
  /// Texts: seeds, the file of captions, frames.
  private(set) var texts: [(key: String, value: String)] = []

  /// - Parameters:
  ///   - seeds: the list, if there are several.
  ///   - captions: the file of captions.
  ///   - pictures: how many pictures a run was made for, each.
  ///   - frames: how many frames there are, if no option says it.
  init(seeds: String?, captions: String?, pictures: Int?, frames: Int?) {
    if let seeds { texts.append((Metadata.seeds, seeds)) }
    if let captions { texts.append((Metadata.captions, Path.keptName(captions))) }
    if let pictures { texts.append((Metadata.pictures, String(pictures))) }
    if let frames { texts.append((Metadata.frames, String(frames))) }
  }
}
