namespace Vitrine.Go.Binary;

/// <summary>
/// Answers "which function, which frame size" at the rate a stack walker asks: an open-addressing table from pc to <see cref="FrameInfo"/>.
/// One per walking thread (not thread-safe). No allocation once it has grown to its bound; beyond the bound it starts over, so that
/// pcs made up by a hostile target cannot make it grow.
/// </summary>
public sealed class FrameCache
{
    const int InitialCapacity = 1 << 11;

    ulong[] keys = new ulong[InitialCapacity];
    FrameInfo[] values = new FrameInfo[InitialCapacity];
    int used;

    /// <summary>Creates a cache over <paramref name="functions"/>.</summary>
    public FrameCache(FunctionTable functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        Functions = functions;
    }

    /// <summary>The table the answers come from.</summary>
    public FunctionTable Functions { get; }

    /// <summary>Looks up the frame of a link-time <paramref name="pc"/>; false when it is in no Go function.</summary>
    public bool TryGet(ulong pc, out FrameInfo frame)
    {
        // 0 marks a free slot and is never a function.
        if (pc == 0)
        {
            frame = new FrameInfo(-1, -1, GoFuncId.Normal, GoFuncFlags.None);
            return false;
        }
        var mask = keys.Length - 1;
        for (var slot = Slot(pc, mask); ; slot = (slot + 1) & mask)
        {
            if (keys[slot] == pc)
            {
                frame = values[slot];
                return frame.FunctionIndex >= 0;
            }
            if (keys[slot] == 0)
                break;
        }
        frame = LookUp(pc);
        Insert(pc, frame);
        return frame.FunctionIndex >= 0;
    }

    FrameInfo LookUp(ulong pc) =>
        Functions.TryFind(pc, out var function)
            ? new FrameInfo(function.Index, Functions.SpDelta(function, pc), function.FuncId, function.Flag)
            : new FrameInfo(-1, -1, GoFuncId.Normal, GoFuncFlags.None);

    void Insert(ulong pc, FrameInfo frame)
    {
        if (used >= keys.Length / 2)
            Grow();
        var mask = keys.Length - 1;
        var slot = Slot(pc, mask);
        while (keys[slot] != 0)
            slot = (slot + 1) & mask;
        keys[slot] = pc;
        values[slot] = frame;
        used++;
    }

    void Grow()
    {
        if (used >= GoBinaryLimits.MaxCachedFrames)
        {
            Array.Clear(keys);
            used = 0;
            return;
        }
        var (oldKeys, oldValues) = (keys, values);
        keys = new ulong[oldKeys.Length * 2];
        values = new FrameInfo[oldKeys.Length * 2];
        var mask = keys.Length - 1;
        for (var i = 0; i < oldKeys.Length; i++)
        {
            if (oldKeys[i] == 0)
                continue;
            var slot = Slot(oldKeys[i], mask);
            while (keys[slot] != 0)
                slot = (slot + 1) & mask;
            keys[slot] = oldKeys[i];
            values[slot] = oldValues[i];
        }
    }

    // Fibonacci hashing: pcs share their low and high bits.
    static int Slot(ulong pc, int mask) => (int)((pc * 0x9E3779B97F4A7C15) >> 32) & mask;
}
