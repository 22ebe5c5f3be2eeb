using System.Collections.Concurrent;
using Vitrine.Agent.Survey;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>Reads what executables say about themselves, each once: a machine has hundreds of processes of a few programs. Safe for use by several threads.</summary>
sealed class ProgramReader
{
    // Defined by the packages of the Go tree and of github.com/google/gops; the linker keeps a function only when something can call it.
    const string PprofIndex = "net/http/pprof.Index", ExpvarHandler = "expvar.expvarHandler", ExpvarInitialiser = "expvar.init.0", GopsListen = "github.com/google/gops/agent.Listen";

    readonly record struct Key(string Path, ulong? MountNamespace, bool Deleted);

    readonly ConcurrentDictionary<Key, ProgramFacts> _known = new();

    /// <summary>What the program of a process is.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public ProgramFacts Read(LinuxProcess process)
    {
        if (process.ExecutablePath is not { } path)
            return ProgramFacts.Other;
        var key = new Key(path, process.Namespaces.Mount, process.ExecutableDeleted);
        if (!_known.TryGetValue(key, out var facts))
        {
            facts = ReadGo(process) ?? ProgramFacts.Other;
            // A deleted file may have been replaced by another of the same name several times.
            if (!key.Deleted)
                _known[key] = facts;
        }
        // Whether a process runs .NET is in its mappings, not in its file: the host of a framework is one program for all.
        return facts.Runtime is null && DotNetRuntime.Recognise(process.Maps(), out var version) ? new ProgramFacts { Runtime = RuntimeKind.DotNet, RuntimeVersion = version } : facts;
    }

    static ProgramFacts? ReadGo(LinuxProcess process)
    {
        try
        {
            using var elf = process.OpenElf();
            if (!GoBinary.IsGo(elf))
                return null;
        }
        catch (BadBinaryException)
        {
            return null;
        }
        try
        {
            using var binary = GoBinary.Open(process.OpenElf());
            var build = binary.BuildInfo;
            var found = binary.Functions.FindByNames([PprofIndex, ExpvarHandler, ExpvarInitialiser, GopsListen]);
            return new ProgramFacts
            {
                Runtime = RuntimeKind.Go,
                RuntimeVersion = binary.Version.Text,
                MainPackage = build.MainPath,
                DebugFlags = build.Settings.TryGetValue("-gcflags", out var flags) && IsForDebugger(flags) ? flags : null,
                HasPprof = Has(PprofIndex),
                HasExpvar = Has(ExpvarHandler) || Has(ExpvarInitialiser),
                HasGops = Has(GopsListen),
            };

            bool Has(string name) => found.TryGetValue(name, out var functions) && functions.Count > 0;
        }
        catch (Exception e) when (e is GoBinaryException or NotGoException or BadBinaryException)
        {
            return new ProgramFacts { Runtime = RuntimeKind.Go };
        }
    }

    // "all=-N -l", "-N", "main=-l": the flags of the compiler that Delve's and the editors' documentation asks for.
    static bool IsForDebugger(string flags) => flags.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries).Any(static flag => flag.Trim('\'', '"') is "-N" or "-l");
}
