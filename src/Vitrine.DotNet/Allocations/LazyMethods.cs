using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;

namespace Vitrine.DotNet.Allocations;

/// <summary>The methods of a process for looks that come again and again: listed anew only when a stack has an address that the last list does not have. Not safe for several threads.</summary>
sealed class LazyMethods(DiagnosticPort port)
{
    MethodMap _methods = MethodMap.Empty;
    readonly HashSet<ulong> _unknown = [];

    /// <summary>The methods that these stacks need.</summary>
    public MethodMap For(IEnumerable<AllocationSnapshot.Row> rows)
    {
        HashSet<ulong> missing = [];
        foreach (var row in rows)
            foreach (var address in row.Stack)
                if (!_methods.Contains(address - 1) && !_unknown.Contains(address)) missing.Add(address);
        if (missing.Count == 0) return _methods;
        _methods = MethodMap.Capture(port);
        // What no list has, such as the runtime's own stubs, is no reason to ask again.
        _unknown.UnionWith(missing.Where(address => !_methods.Contains(address - 1)));
        return _methods;
    }
}
