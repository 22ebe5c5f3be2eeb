using System.Buffers.Binary;

namespace Vitrine.DotNet.Nettrace;

/// <summary>The stacks that events refer to by number, until the stream says that it begins anew.</summary>
sealed class StackTable(int maximumBytes)
{
    readonly Dictionary<int, (int At, int Count)> _stacks = [];
    ulong[] _addresses = new ulong[1024];
    int _used;

    /// <summary>The addresses of a stack, leaf first; empty for one that is not known.</summary>
    public ReadOnlySpan<ulong> this[int id] => _stacks.TryGetValue(id, out var stack) ? _addresses.AsSpan(stack.At, stack.Count) : default;

    /// <summary>Takes in a block of stacks: first number, count, and for each its length in bytes and its addresses.</summary>
    public void Add(ReadOnlySpan<byte> block, int pointerSize)
    {
        var reader = new PayloadReader(block, pointerSize);
        var id = reader.ReadInt32();
        var count = reader.ReadInt32();
        for (; count > 0; count--, id++)
        {
            var bytes = reader.ReadBytes(reader.ReadInt32());
            var depth = bytes.Length / pointerSize;
            // What an entry costs here is counted too: a hostile block has millions of empty stacks.
            if ((_used + (long)depth + 4L * (_stacks.Count + 1)) * sizeof(ulong) > maximumBytes)
                throw new BadNettraceException($"The stream has more than {maximumBytes} bytes of stacks between two sequence points (NettraceLimits.MaximumStackBytes).");
            if (_used + depth > _addresses.Length) Array.Resize(ref _addresses, Math.Max(_addresses.Length * 2, _used + depth));
            for (var i = 0; i < depth; i++)
                _addresses[_used + i] = pointerSize == 4
                    ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * 4)..])
                    : BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]);
            _stacks[id] = (_used, depth);
            _used += depth;
        }
    }

    public void Clear()
    {
        _stacks.Clear();
        _used = 0;
    }
}
