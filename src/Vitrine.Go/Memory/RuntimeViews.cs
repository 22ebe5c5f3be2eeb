using System.Runtime.CompilerServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Globals;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>Makes the view of a target; once for each target, because confirming its globals in memory takes some reads.</summary>
static class RuntimeViews
{
    static readonly ConditionalWeakTable<GoTarget, RuntimeView> Views = [];

    /// <summary>The view of a target.</summary>
    public static RuntimeView Of(GoTarget target) => Views.GetValue(target, Create);

    static RuntimeView Create(GoTarget target)
    {
        RuntimeGlobals globals = target.Globals;
        return new RuntimeView(
            target.Memory,
            target.Binary.Version,
            target.Binary.Architecture,
            name => globals.Address(name).Select(address => unchecked(address + target.Bias)),
            name => LayoutOf(target.Binary, name));
    }

    static Known<StructLayout> LayoutOf(GoBinary binary, string name)
    {
        try
        {
            StructLayout layout = binary.Layouts.Find(name);
            return Known<StructLayout>.Of(layout, Provenance.Read(layout.Source.ToString()));
        }
        catch (GoBinaryException e)
        {
            return Known<StructLayout>.Unknown(e.Message);
        }
    }
}
