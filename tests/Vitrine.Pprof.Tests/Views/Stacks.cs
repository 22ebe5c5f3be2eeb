using FsCheck;
using FsCheck.Fluent;

namespace Vitrine.Pprof.Tests.Views;

/// <summary>Random folded lines over a few names, so that stacks share callers and recurse.</summary>
internal static class Stacks
{
    /// <summary>Checks a property for random stacks from a fixed seed.</summary>
    public static void ForAny(Action<List<string>> property) => Check.One(Config.QuickThrowOnFailure.WithReplay(20_231_114, 1_700_000_001), Prop.ForAll(Arbitrary, property));

    static Arbitrary<List<string>> Arbitrary { get; } =
        (from stacks in (from frames in Gen.Elements("a", "b", "c", "net/http.serve", "runtime.mallocgc").ListOf()
                         from value in Gen.Choose(1, 1000)
                         select $"{string.Join(';', frames)} {value}".TrimStart()).ListOf()
         select stacks.ToList()).ToArbitrary();
}
