package import TGIR
import TGOps
import TGPlan

/// What can be true of a whole graph and what passes rely on. Each form can be checked.
///
/// A form that a pass establishes is, where nothing simpler says it, that the same pass finds nothing
/// more to do.
package enum GraphForm: String, Hashable, Sendable, CaseIterable {
  /// An output needs every node.
  case noDeadNodes
  /// No two nodes are equal.
  case equalNodesShared
  /// Each map is one function, each reduction reduces an operand as it is.
  case singleFunctions
  /// No op carries an epilogue.
  case noEpilogues
  /// `FoldConstants` finds nothing.
  case constantsFolded
  /// No transposition reads a transposition, no broadcast a broadcast, and nothing is detached.
  case movesMerged
  /// No map, but those that keep their layout for a sum, has transposed operands only.
  case transposesSunk
  /// `FoldScales` finds nothing.
  case scalesFolded
  /// `ShareStatistics` finds nothing.
  case statisticsShared
  /// `FuseElementwise` finds nothing.
  case chainsFused
  /// `FuseEpilogues` finds nothing.
  case epiloguesFused
  /// `Schedule` knows no order with a lower peak.
  case scheduled

  /// What the front end and differentiation make.
  package static let ofFrontEnd: Set<GraphForm> = [.singleFunctions, .noEpilogues]
  /// What every pass establishes.
  package static let ofEveryPass: Set<GraphForm> = [.noDeadNodes, .equalNodesShared]

  /// Whether a graph has the form.
  ///
  /// - Throws: what the pass throws that is asked.
  package func holds(in graph: Graph) throws -> Bool {
    switch self {
    case .noDeadNodes: !graph.live.contains(false)
    case .equalNodesShared: Set(graph.nodes).count == graph.nodes.count
    case .singleFunctions:
      graph.nodes.allSatisfy { node in
        guard let carried = node.op.carried, !carried.isEpilogue else { return true }
        return carried.program.steps.count <= (node.op is Map ? 1 : 0)
      }
    case .noEpilogues:
      graph.nodes.allSatisfy { node in
        node.op.carried.map { !$0.isEpilogue || $0.program.isIdentity } ?? true
      }
    case .constantsFolded: try FoldConstants().run(graph) == graph
    case .movesMerged:
      graph.nodes.allSatisfy { node in
        switch node.op {
        case is Detach: false
        case is Transpose: !(graph[node.operands[0]].op is Transpose)
        case is Broadcast: !(graph[node.operands[0]].op is Broadcast)
        default: true
        }
      }
    case .transposesSunk: graph.hasSunkTransposes
    case .scalesFolded: try FoldScales().run(graph) == graph
    case .statisticsShared: try ShareStatistics().run(graph) == graph
    case .chainsFused: try FuseElementwise().run(graph) == graph
    case .epiloguesFused: try FuseEpilogues().run(graph) == graph
    case .scheduled: try Schedule.isSatisfied(with: graph)
    }
  }
}
