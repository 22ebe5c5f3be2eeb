using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Pprof;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary><c>vitrine profile merge</c>: several profiles of one kind into one.</summary>
static class MergeVerb
{
    public static Command Create()
    {
        var command = new Command("merge", "Add up several profiles of the same kind.").WithExamples("""
            vitrine profile merge heap-*.pb.gz -o heap.pb.gz
            """);
        var files = new Argument<string[]>("FILE") { Description = "Profiles in any format that Vitrine reads", Arity = ArgumentArity.OneOrMore };
        var output = CommonOptions.Output();
        output.Required = true;
        var quiet = CommonOptions.Quiet();
        command.Arguments.Add(files);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.SetAction(parsed =>
        {
            var (inputs, file) = (parsed.GetValue(files)!, parsed.GetValue(output)!);
            ProfileFile.Check(file);
            var merged = Merge.Of([.. inputs.Select(input => ProfileFile.Read(input))]);
            ProfileFile.Write(merged, file);
            new Remarks(parsed.GetValue(quiet)).Note($"{Units.Count(inputs.Length, "profile")}, {Units.Count(merged.Samples.Count, "stack")} in {file}");
            return ExitCode.Success;
        });
        return command;
    }
}
