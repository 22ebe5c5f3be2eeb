using System.Reflection;
using System.Reflection.Metadata;

namespace Vitrine.DotNet.Async;

/// <summary>Where the awaits of an async method are: offsets in its MoveNext, from the portable PDB.</summary>
/// <remarks>
/// The PDB has a record for each MoveNext, "async method stepping information": the offset of a catch handler plus one, then for each await the offset where it suspends, the offset where it goes on, and a
/// method's row (https://github.com/dotnet/runtime/blob/main/docs/design/specs/PortablePdb-Metadata.md). The compiler numbers states in the same order.
/// </remarks>
static class AwaitPoints
{
    static readonly Guid Kind = new("54FD2AC5-E925-401A-9C2A-F94F171072F8");

    // More awaits than a method that anybody wrote; the record is a file's word.
    const int Maximum = 10_000;

    /// <summary>The offset at which await number <paramref name="state"/> suspends; −1 when nothing says where it is.</summary>
    public static int OffsetOf(MethodBase moveNext, int state)
    {
        if (state is < 0 or >= Maximum) return -1;
        try
        {
            var record = Stacks.SourceLines.CustomRecord(moveNext, Kind);
            if (record is not { } reader || reader.RemainingBytes < 4) return -1;
            reader.ReadUInt32();
            for (var i = 0; reader.RemainingBytes > 0; i++)
            {
                var suspends = reader.ReadUInt32();
                reader.ReadUInt32();
                reader.ReadCompressedInteger();
                if (i == state) return suspends <= int.MaxValue ? (int)suspends : -1;
            }
            return -1;
        }
        catch (BadImageFormatException)
        {
            return -1; // a damaged PDB costs the line
        }
    }
}
