using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>Names the <c>go</c> statements and entry functions of goroutines, each once.</summary>
internal sealed class CreationSites(ReadContext context)
{
    private readonly Dictionary<ulong, CreationSite?> _sites = [];
    private readonly Dictionary<ulong, string?> _functions = [];
    private readonly List<SourceFrame> _scratch = [];

    /// <summary>
    /// The site at a return address as <c>debug=2</c> prints it: the name of the physical function, and the line of the instruction, which
    /// is the inlined function's when the statement was inlined (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, printcreatedby1).
    /// </summary>
    public CreationSite? Find(ulong pc)
    {
        if (_sites.TryGetValue(pc, out CreationSite? site))
            return site;
        ulong linkPc = unchecked(pc - context.Bias);
        if (pc != 0 && context.Binary.Functions.TryFind(linkPc, out GoFunction function))
        {
            _scratch.Clear();
            context.Binary.Functions.Expand(linkPc, isCallSite: linkPc > function.Entry, _scratch);
            if (_scratch.Count > 0)
                site = new CreationSite(function.Name, _scratch[0].File, _scratch[0].Line, linkPc - function.Entry);
        }
        return _sites[pc] = site;
    }

    public string? FunctionAt(ulong pc)
    {
        if (_functions.TryGetValue(pc, out string? name))
            return name;
        if (context.Binary.Functions.TryFind(unchecked(pc - context.Bias), out GoFunction function))
            name = function.Name;
        return _functions[pc] = name;
    }
}
