using System.Runtime.CompilerServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;

namespace Vitrine.Go;

/// <summary>Gives every binary its ladder of layouts. Not a member of <see cref="GoBinary"/>: the binary knows nothing of tables about toolchains.</summary>
public static class GoBinaryLayouts
{
    static readonly ConditionalWeakTable<GoBinary, LayoutLadder> Ladders = [];

    extension(GoBinary binary)
    {
        /// <summary>Struct layouts: type descriptors, then DWARF, then the generated table. The same object each time.</summary>
        public LayoutLadder Layouts => Ladders.GetValue(binary, static b => new LayoutLadder(b, RuntimeLayouts.Instance));
    }
}
