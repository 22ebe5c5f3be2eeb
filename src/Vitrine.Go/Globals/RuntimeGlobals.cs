using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Globals;

/// <summary>
/// Where the runtime's global variables are in a Go binary, stripped or not. All addresses are link-time addresses; names are full
/// (<c>runtime.allgs</c>). The ladder, per variable:
/// <list type="number">
/// <item>the symbol table, when the binary has one;</item>
/// <item>anchor functions: at least two must agree (<see cref="AnchorSearch"/>);</item>
/// <item>one anchor alone, or a Go version that has no table, gives a provisional address: it becomes known when
/// <see cref="Confirm"/> finds in the memory of a process what the variable must hold;</item>
/// <item>else unknown, with the reason.</item>
/// </list>
/// Immutable and thread-safe; the search runs once, when the first variable is asked for that the symbol table does not have (some 30 ms).
/// </summary>
public sealed class RuntimeGlobals
{
    // The search belongs to the binary, which many targets share: repeated calls for one binary find the same object.
    static readonly ConditionalWeakTable<GoBinary, RuntimeGlobals> s_byBinary = [];

    readonly GoBinary _binary;
    readonly Lazy<AnchoredGlobals> _anchored;
    readonly ConcurrentDictionary<string, GlobalFinding> _fromSymbols = new(StringComparer.Ordinal);
    readonly IReadOnlyDictionary<string, LiveCheckResult> _live;

    RuntimeGlobals(GoBinary binary, Lazy<AnchoredGlobals> anchored, IReadOnlyDictionary<string, LiveCheckResult> live)
    {
        _binary = binary;
        _anchored = anchored;
        _live = live;
    }

    /// <summary>The globals of <paramref name="binary"/>, which must stay open. Cheap: nothing is searched yet, and one binary has one answer.</summary>
    public static RuntimeGlobals Find(GoBinary binary)
    {
        ArgumentNullException.ThrowIfNull(binary);
        return s_byBinary.GetValue(binary, static binary =>
            new(binary, new(() => AnchoredGlobals.Find(binary)), new Dictionary<string, LiveCheckResult>(StringComparer.Ordinal)));
    }

    /// <summary>
    /// Prepares a search for a few variables only, which is faster and finds what two functions agree on; the others are unknown.
    /// </summary>
    internal static RuntimeGlobals FindFew(GoBinary binary, IReadOnlyList<string> names) =>
        new(binary, new(() => AnchoredGlobals.FindFew(binary, names)), new Dictionary<string, LiveCheckResult>(StringComparer.Ordinal));

    /// <summary>
    /// Link-time address of a variable with the route it was found by, or unknown with the reason. A variable that this Go version does not
    /// have is unknown too.
    /// </summary>
    public Known<ulong> Address(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        GlobalFinding finding = FindingOf(name);
        LiveCheckResult live = _live.GetValueOrDefault(name);
        return (finding.State, live.Outcome) switch
        {
            (GlobalState.Unknown, _) => Known<ulong>.Unknown(finding.Text),
            (_, LiveCheckOutcome.Contradicted) => Known<ulong>.Unknown(
                $"{finding.Text} gave 0x{finding.Address:x}, but memory there contradicts it: {live.Detail}", Provenance.Read(finding.Text)),
            (_, LiveCheckOutcome.Confirmed) => Known<ulong>.Of(finding.Address, Provenance.Read($"{finding.Text}; confirmed in memory: {live.Detail}")),
            (GlobalState.Known, _) => Known<ulong>.Of(finding.Address, Provenance.Read(finding.Text)),
            _ => Known<ulong>.Unknown($"{finding.Text}: not enough without a confirmation in memory, and {live.Detail ?? "none was made"}"),
        };
    }

    /// <summary>
    /// The same globals checked against the memory of a process (or core) that runs this binary: contradicted addresses become unknown,
    /// provisional ones known. Costs a few dozen small reads.
    /// </summary>
    /// <param name="memory">Memory of the process.</param>
    /// <param name="bias">Run-time address minus link-time address.</param>
    public RuntimeGlobals Confirm(IMemoryReader memory, ulong bias)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var context = new LiveCheckContext(memory, bias, _binary.Layouts, name => FindingOf(name) is { State: not GlobalState.Unknown } found ? found.Address : null);
        return new(_binary, _anchored, LiveChecks.Run(context));
    }

    /// <summary>The same globals with the list of goroutines checked, and nothing else.</summary>
    internal RuntimeGlobals ConfirmGoroutines(IMemoryReader memory, ulong bias)
    {
        Dictionary<string, LiveCheckResult> results = new(StringComparer.Ordinal);
        new GoroutineListCheck().Run(
            new LiveCheckContext(memory, bias, _binary.Layouts, name => FindingOf(name) is { State: not GlobalState.Unknown } found ? found.Address : null), results);
        return new(_binary, _anchored, results);
    }

    GlobalFinding FindingOf(string name) => _fromSymbols.GetOrAdd(name, FromSymbolTable) is { State: GlobalState.Known } found ? found : _anchored.Value.Find(name);

    GlobalFinding FromSymbolTable(string name) =>
        _binary.Elf.HasSymbolTable && _binary.Elf.TryGetSymbol(name, out ElfSymbol symbol) && symbol is { IsDefined: true, Type: 0 or 1 } && symbol.Address != 0
            ? GlobalFinding.Known(symbol.Address, "symbol table")
            : GlobalFinding.Unknown("not in the symbol table");
}
