using System.CommandLine;
using System.Globalization;
using System.IO.Enumeration;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Btf;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine btf</c>: the struct types of a Go program as BTF, for bpftrace and programs on libbpf.</summary>
static class BtfVerb
{
    public static Command Create()
    {
        var command = new Command("btf", "Write the struct types of a Go program, also a stripped one, as BTF: for bpftrace (BPFTRACE_BTF) and libbpf (btf_custom_path).").WithExamples("""
            vitrine btf ./checkout -o checkout.btf
            vitrine btf 4711 -o checkout.btf --type 'runtime.*' --type net/http.Request
            """);
        var program = new Argument<string>("PROGRAM") { Description = "The program: a file, or a running process by pid or name", HelpName = "BINARY|PID" };
        var types = new Option<string[]>("--type") { Description = "Only structs whose Go name fits, such as runtime.g or 'net/http.*'; can be given several times", HelpName = "GLOB" };
        var output = CommonOptions.Output();
        output.Required = true;
        var quiet = CommonOptions.Quiet();
        command.Arguments.Add(program);
        foreach (Option option in (Option[])[types, output, quiet])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var globs = parsed.GetValue(types) ?? [];
            var path = parsed.GetValue(output)!;
            Use(parsed.GetValue(program)!, binary =>
            {
                var btf = GoBtf.BuildAll(binary, globs.Length == 0 ? null : name => globs.Any(glob => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false)), out var count);
                if (count == 0)
                    throw new InstrumentUnavailableException($"No struct of {binary.Elf.Name} fits {string.Join(", ", globs)}.", "names are as in Go with the whole import path: --type 'net/http.*'");
                Output.Bytes(path, stream => stream.Write(btf));
                new Remarks(parsed.GetValue(quiet)).Note(string.Create(CultureInfo.InvariantCulture, $"{Units.Count(count, "struct")} of {binary.Elf.Name} ({binary.Version.Text}) in {path}, {Units.Bytes(btf.Length)}"));
            });
            return ExitCode.Success;
        });
        return command;
    }

    static void Use(string program, Action<GoBinary> action)
    {
        // What looks like a path is one; a bare word is a file of that name, else a process.
        if (program.Contains('/', StringComparison.Ordinal) || (File.Exists(program) && !program.All(char.IsAsciiDigit)))
        {
            using var binary = GoBinary.Open(ElfFile.Open(program));
            action(binary);
            return;
        }
        // The executable alone: its memory, which needs more privilege, has nothing to say about types.
        var process = TargetFinder.Find(program, listen: null);
        using var executable = GoBinary.Open(ElfFile.Open(process.OpenExecutable(), process.ExecutablePath ?? program));
        action(executable);
    }
}
