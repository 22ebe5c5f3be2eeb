namespace Vitrine.Pprof.Views;

/// <summary>A rectangle of a flame graph: a node of the tree, or the children of one that are not drawn.</summary>
/// <param name="Node">The node; for a box of frames that are not drawn, their caller.</param>
/// <param name="Row">0 = the root.</param>
/// <param name="Left">Pixels from the left edge of the graph.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Hidden">0 = the node itself; otherwise how many of its children the box stands for.</param>
internal readonly record struct FlameGraphBox(int Node, int Row, double Left, double Width, int Hidden);
