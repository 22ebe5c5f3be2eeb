using System.Diagnostics;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Btf;

/// <summary>BTF in a file, as bpftool and clang read it: neither shares code with Vitrine.</summary>
sealed class BtfFile : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly string folder = Directory.CreateTempSubdirectory("vitrine-btf-").FullName;

    public BtfFile(byte[] btf)
    {
        Require("bpftool");
        Require("clang");
        File.WriteAllBytes(PathOf("go.btf"), btf);
    }

    /// <summary>The types as a C header.</summary>
    public string Header() => Run("bpftool", "btf", "dump", "file", PathOf("go.btf"), "format", "c");

    /// <summary>Compiles the header with conditions behind it that a C compiler checks; the test fails with the compiler's words when one does not hold.</summary>
    public void Check(IEnumerable<string> conditions)
    {
        File.WriteAllText(PathOf("check.c"), Header() + string.Concat(conditions.Select(condition => $"\n_Static_assert({condition}, \"\");")));
        Run("clang", "-fsyntax-only", "-w", "-ferror-limit=50", PathOf("check.c"));
    }

    /// <summary>Fits a BPF program (CO-RE) to the types as libbpf does when it loads it, and returns the types and fields that it found, as C.</summary>
    public string Relocate(string program)
    {
        File.WriteAllText(PathOf("program.bpf.c"), program);
        Run("clang", "-O2", "-g", "-target", "bpf", "-c", PathOf("program.bpf.c"), "-o", PathOf("program.o"));
        Run("bpftool", "gen", "min_core_btf", PathOf("go.btf"), PathOf("min.btf"), PathOf("program.o"));
        return Run("bpftool", "btf", "dump", "file", PathOf("min.btf"), "format", "raw");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string PathOf(string name) => Path.Combine(folder, name);

    static string Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            throw new TimeoutException($"{command} took longer than {Limit}");
        }
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {errors.Result}{output.Result}");
    }

    static void Require(string command)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, command))))
            Prerequisite.Missing($"{command} is missing: apt-get install {command}");
    }
}
