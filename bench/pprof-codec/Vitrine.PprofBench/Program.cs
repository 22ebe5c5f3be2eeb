using System.IO.Compression;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.PprofBench;

// The same steps as go/main.go, each the body of a whole process:
//   generate MEGABYTES SEED OUT.pb     makes a profile of about that size
//   parse FILE                         reads and checks a profile
//   merge OUT FILE...                  reads profiles, merges them, writes the sum
//   rewrite OUT FILE [optimal]         reads a profile and writes it again
//   loop COUNT FILE                    parses, merges with itself and writes in one process, many times; prints nanoseconds per round
switch (args)
{
    case ["generate", var megabytes, var seed, var file]:
        ProfileWriter.WriteFile(ProfileGenerator.Make(int.Parse(megabytes) * 1_000_000L, int.Parse(seed)), file);
        break;
    case ["parse", var file]:
        Console.WriteLine(ProfileReader.ReadFile(file).Samples.Count);
        break;
    case ["merge", var output, .. var files]:
        var merger = new ProfileMerger();
        foreach (var file in files)
            merger.Add(ProfileReader.ReadFile(file));
        var sum = merger.Build();
        ProfileWriter.WriteFile(sum, output);
        Console.WriteLine(sum.Samples.Count);
        break;
    case ["rewrite", var output, var file, .. var rest]:
        ProfileWriter.WriteFile(ProfileReader.ReadFile(file), output, rest is ["optimal"] ? CompressionLevel.Optimal : CompressionLevel.Fastest);
        break;
    case ["loop", var count, var file]:
        Loop.Run(int.Parse(count), File.ReadAllBytes(file));
        break;
    default:
        Console.Error.WriteLine("usage: generate|parse|merge|rewrite|loop … (see Program.cs)");
        return 2;
}
return 0;
