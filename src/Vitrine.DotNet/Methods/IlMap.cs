namespace Vitrine.DotNet.Methods;

/// <summary>
/// Which offset of a method's intermediate language its instructions come from, ascending by the instruction's offset. Negative values are the runtime's: −1 belongs to no offset, −2 is the prolog, −3 the epilog.
/// </summary>
sealed class IlMap
{
    const int Prolog = -2;

    readonly int[] _native, _il;

    public IlMap(int[] native, int[] il)
    {
        Array.Sort(native, il);
        (_native, _il) = (native, il);
    }

    /// <summary>The offset in the intermediate language; −1 when nothing says which.</summary>
    public int Find(uint nativeOffset)
    {
        var at = Array.BinarySearch(_native, (int)Math.Min(nativeOffset, int.MaxValue));
        if (at < 0) at = ~at - 1;
        // Several entries of one address: the last is of the innermost statement.
        while (at >= 0 && at + 1 < _native.Length && _native[at + 1] == _native[at])
            at++;
        // What belongs to no offset is counted to what comes before it.
        for (; at >= 0; at--)
        {
            if (_il[at] >= 0) return _il[at];
            if (_il[at] == Prolog) return 0;
        }
        return -1;
    }
}
