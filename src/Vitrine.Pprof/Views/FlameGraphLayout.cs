namespace Vitrine.Pprof.Views;

/// <summary>
/// Rectangles for a call tree. The widest nodes are placed first, whatever their depth, until the picture is full; what is left out under a caller becomes one box beside its drawn children.
/// </summary>
internal static class FlameGraphLayout
{
    /// <summary>Narrower boxes are not drawn.</summary>
    public const double LeastPixels = 0.5;

    /// <summary>What a node's width shows: its value, or before and after together, so that what is gone is seen as well as what is new.</summary>
    public static double Weight(CallTree tree, int node, int column) => tree.Total(column)[node] + (tree.IsDiff ? (double)tree.BaseTotal(column)[node] : 0);

    /// <summary>The boxes, by row and then from left to right.</summary>
    public static List<FlameGraphBox> Of(CallTree tree, int column, double width, int maxFrames, int maxRows)
    {
        var boxes = new List<FlameGraphBox>();
        var whole = Weight(tree, 0, column);
        if (!(whole > 0))
            return boxes;
        var scale = width / whole;
        var open = new PriorityQueue<FlameGraphBox, (double, int)>();
        void Offer(FlameGraphBox box) => open.Enqueue(box, (-box.Width, box.Node));

        // Pass 1: which nodes are drawn, and where. A child is never wider than its parent, so it is offered when its parent is placed.
        var placed = new Dictionary<int, FlameGraphBox>();
        Offer(new FlameGraphBox(0, 0, 0, width, 0));
        while (placed.Count < maxFrames && open.TryDequeue(out var box, out _))
        {
            placed.Add(box.Node, box);
            if (box.Row + 1 >= maxRows)
                continue;
            var left = box.Left;
            foreach (var child in Children(tree, box.Node, column))
            {
                var size = Weight(tree, child, column) * scale;
                if (size >= LeastPixels)
                    Offer(new FlameGraphBox(child, box.Row + 1, left, size, 0));
                left += size;
            }
        }

        // Pass 2: what is left out beside the drawn ones. Children are ordered by weight, so these are the last of each caller.
        foreach (var box in placed.Values)
        {
            boxes.Add(box);
            var left = box.Left;
            var hidden = 0;
            var hiddenWidth = 0.0;
            foreach (var child in Children(tree, box.Node, column))
            {
                var size = Weight(tree, child, column) * scale;
                if (placed.ContainsKey(child))
                    left += size;
                else
                {
                    hidden++;
                    hiddenWidth += size;
                }
            }
            if (hiddenWidth >= LeastPixels)
                boxes.Add(new FlameGraphBox(box.Node, box.Row + 1, left, hiddenWidth, hidden));
        }
        boxes.Sort((a, b) => a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Node.CompareTo(b.Node));
        return boxes;
    }

    /// <summary>The children that have a value, biggest first. The tree is ordered by its first column; another one needs sorting.</summary>
    static List<int> Children(CallTree tree, int node, int column)
    {
        var children = new List<int>();
        for (var child = node + 1; child < tree.Ends[node]; child = tree.Ends[child])
            if (Weight(tree, child, column) > 0)
                children.Add(child);
        if (column != 0)
            children.Sort((a, b) => Weight(tree, b, column).CompareTo(Weight(tree, a, column)) is var order and not 0 ? order : a.CompareTo(b));
        return children;
    }
}
