using Vitrine.DotNet.Diagnostics;

namespace Vitrine.DotNet.Methods;

/// <summary>The methods of a process for looks that come again and again: listed anew only when a stack has an address that the last list does not have. Not safe for several threads.</summary>
/// <param name="list">Lists the methods.</param>
sealed class LazyMethods(Func<MethodMap> list)
{
    readonly HashSet<ulong> _unknown = [];

    /// <param name="port">Of the process.</param>
    public LazyMethods(DiagnosticPort port)
        : this(() => MethodMap.Capture(port))
    {
    }

    /// <summary>The last list.</summary>
    public MethodMap Known { get; private set; } = MethodMap.Empty;

    /// <summary>The methods that these stacks need.</summary>
    /// <param name="stacks">Return addresses, leaf first.</param>
    /// <exception cref="Instruments.InstrumentUnavailableException">The runtime cannot be reached, or does not list its methods.</exception>
    public MethodMap For(IEnumerable<ulong[]> stacks)
    {
        HashSet<ulong> missing = [];
        foreach (var stack in stacks)
            foreach (var address in stack)
                if (!Known.Contains(address - 1) && !_unknown.Contains(address)) missing.Add(address);
        if (missing.Count == 0) return Known;
        Known = list();
        // What no list has, such as the runtime's own stubs and dynamic methods that are gone, is no reason to ask again.
        _unknown.UnionWith(missing.Where(address => !Known.Contains(address - 1)));
        return Known;
    }
}
