using Vitrine.Bench.Benchmarks;
using Vitrine.Bench.Reporting;

namespace Vitrine.Bench;

static class Program
{
    static readonly SortedDictionary<string, Func<BenchOptions, Section>> Benchmarks = new(StringComparer.Ordinal)
    {
        ["goroutine-dump"] = GoroutineDump.Run,
        ["goroutine-scale"] = GoroutineScale.Run,
        ["probes"] = ProbeCosts.Run,
        ["startup"] = Startup.Run,
    };

    static int Main(string[] arguments)
    {
        if (BenchOptions.TryParse(arguments) is not { } options || !Benchmarks.TryGetValue(options.Name, out var benchmark))
        {
            Console.Error.WriteLine($"usage: bench/run {string.Join('|', Benchmarks.Keys)} [--quick] [--no-save]");
            return 2;
        }
        var section = benchmark(options);
        Console.WriteLine();
        Console.WriteLine(section.Text);
        if (options.Save) ResultsDocument.Replace(section);
        return 0;
    }
}
