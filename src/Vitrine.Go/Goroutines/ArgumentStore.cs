using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>The argument values of the frames of all goroutines, one after the other; the shapes of their frames say how many there are.</summary>
internal sealed class ArgumentStore(ReadContext context)
{
    private const int ChunkLength = 1 << 16;

    private readonly AddressMap _pcs = new();
    private readonly List<ArgumentShape> _shapes = [];
    private readonly List<ulong[]> _chunks = [];
    private int _count;

    /// <summary>The shape of the frame at a program counter as the walker gives it.</summary>
    public ArgumentShape Shape(ulong framePc)
    {
        int number = _pcs.Add(framePc, out bool isNew);
        if (isNew)
            _shapes.Add(ArgumentShape.Of(context.Binary, CallPc(context, framePc)));
        return _shapes[number];
    }

    /// <summary>Keeps the values of all frames of a walk; returns where they begin, or -1 when one lies outside the stack.</summary>
    public int Add(StackWalker walker, ulong sp, ReadOnlySpan<byte> stack)
    {
        int start = _count;
        ReadOnlySpan<ulong> pcs = walker.Pcs;
        for (int frame = 0; frame < pcs.Length; frame++)
        {
            ulong frameBase = walker.FrameBases[frame] - sp;
            foreach (ArgumentShape.Slot slot in Shape(pcs[frame]).Slots)
            {
                ulong at = frameBase + slot.Offset;
                if (at > (ulong)stack.Length || (ulong)stack.Length - at < 8 || start == int.MaxValue)
                {
                    _count = start;
                    return -1;
                }
                ulong value = Word.At(stack, (int)at);
                if (slot.Size < 8)
                    value &= (1UL << (slot.Size * 8)) - 1;
                Append(value);
            }
        }
        return start;
    }

    public ulong this[int index] => _chunks[index / ChunkLength][index % ChunkLength];

    /// <summary>Takes over the values of another store; their places grow by the returned base.</summary>
    public int Append(ArgumentStore other)
    {
        int start = _count;
        for (int index = 0; index < other._count; index++)
            Append(other[index]);
        return start;
    }

    /// <summary>The instruction whose arguments a frame shows: for a return address the call before it.</summary>
    internal static ulong CallPc(ReadContext context, ulong framePc)
    {
        ulong pc = unchecked((framePc & ~StackWalker.ExactPcBit) - context.Bias);
        bool exact = (framePc & StackWalker.ExactPcBit) != 0
            || (context.Binary.Functions.TryFind(pc, out GoFunction function) && function.Entry == pc);
        return exact ? pc : pc - 1;
    }

    private void Append(ulong value)
    {
        if (_count / ChunkLength == _chunks.Count)
            _chunks.Add(new ulong[ChunkLength]);
        _chunks[_count / ChunkLength][_count % ChunkLength] = value;
        _count++;
    }
}
