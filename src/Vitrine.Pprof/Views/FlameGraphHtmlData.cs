using System.IO.Compression;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// The data of the page: unsigned LEB128 numbers and length-prefixed UTF-8, one column after the other, compressed (zlib) and base64-coded. Its reader is
/// Assets/page/data.js; the two change together. Columns compress far better than records: in preorder most steps are "child of the node before" and most own values are 0.
/// </summary>
internal static class FlameGraphHtmlData
{
    const uint Version = 1;

    public static string Encode(CallTree tree, ProfileCaption caption, int shownColumn)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var writer = new ColumnWriter(zlib))
        {
            writer.Number(Version);
            writer.Text(caption.Title);
            writer.Number(tree.IsDiff ? 1u : 0);
            writer.List(caption.Notes, writer.Text);
            writer.List(tree.SampleTypes, type =>
            {
                writer.Text(DisplayText.Of(type.Type));
                writer.Text(DisplayText.Of(type.Unit));
            });
            writer.Number((uint)shownColumn);
            WriteFrames(tree, writer);
            WriteNodes(tree, writer);
        }
        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    static void WriteFrames(CallTree tree, ColumnWriter writer)
    {
        var strings = new Numbering();
        var packages = new Numbering();
        strings.Of("");
        var names = tree.Frames.Select(frame => strings.Of(DisplayText.Of(frame.Name))).ToArray();
        var packageOf = tree.Frames.Select(frame => packages.Of(DisplayText.Of(frame.Package))).ToArray();
        var files = tree.Frames.Select(frame => strings.Of(DisplayText.Of(frame.File))).ToArray();
        writer.List(strings.Texts, writer.Text);
        writer.List(packages.Texts, writer.Text);
        writer.Number((uint)tree.Frames.Count);
        foreach (var column in (ReadOnlySpan<int[]>)[names, packageOf, files])
            foreach (var number in column)
                writer.Number((uint)number);
        foreach (var frame in tree.Frames)
            writer.Number((ulong)Math.Clamp(frame.Line, 0, int.MaxValue));
    }

    static void WriteNodes(CallTree tree, ColumnWriter writer)
    {
        var parents = tree.Parents;
        writer.Number((uint)tree.NodeCount);
        // How many levels each node is up from the one before it: 0 = its child, 1 = its sibling, …
        for (var node = 1; node < tree.NodeCount; node++)
        {
            var up = 0u;
            for (var at = node - 1; at != parents[node]; at = parents[at])
                up++;
            writer.Number(up);
        }
        foreach (var frame in tree.FrameIndexes[1..])
            writer.Number((uint)frame);
        for (var column = 0; column < tree.SampleTypes.Count; column++)
        {
            writer.Values(tree.Self(column));
            writer.Values(tree.BaseSelf(column));
        }
    }

    /// <summary>Gives equal texts the same number, in the order of their first use.</summary>
    sealed class Numbering
    {
        readonly Dictionary<string, int> _numbers = [];

        public List<string> Texts { get; } = [];

        public int Of(string text)
        {
            if (!_numbers.TryGetValue(text, out var number))
            {
                _numbers.Add(text, number = Texts.Count);
                Texts.Add(text);
            }
            return number;
        }
    }

    sealed class ColumnWriter(Stream destination) : IDisposable
    {
        readonly byte[] _buffer = new byte[1 << 14];
        int _used;

        public void Number(ulong value)
        {
            if (_used > _buffer.Length - 10)
                Flush();
            for (; value >= 0x80; value >>= 7)
                _buffer[_used++] = (byte)(value | 0x80);
            _buffer[_used++] = (byte)value;
        }

        public void Text(string text)
        {
            // Half surrogate pairs become U+FFFD here; DisplayText has already spelled them out where names are concerned.
            var bytes = Encoding.UTF8.GetBytes(text);
            Number((uint)bytes.Length);
            Flush();
            destination.Write(bytes);
        }

        public void List<T>(IReadOnlyList<T> items, Action<T> write)
        {
            Number((uint)items.Count);
            foreach (var item in items)
                write(item);
        }

        public void Values(ReadOnlySpan<long> values)
        {
            foreach (var value in values)
                Number((ulong)value);
        }

        void Flush()
        {
            destination.Write(_buffer, 0, _used);
            _used = 0;
        }

        public void Dispose() => Flush();
    }
}
