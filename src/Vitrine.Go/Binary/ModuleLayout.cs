namespace Vitrine.Go.Binary;

/// <summary>
/// Word positions in <c>runtime.moduledata</c> that changed between Go versions; words 0 to 31 (pcHeader … enoptrbss) did not since 1.18.
/// Sources: https://github.com/golang/go/blob/go1.19/src/runtime/symtab.go (no covctrs), https://github.com/golang/go/blob/go1.21.0/src/runtime/symtab.go,
/// https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go (epclntab), https://github.com/golang/go/blob/go1.27.0/src/runtime/symtab.go
/// (typedesclen between types and etypes, itaboffset and itabsize, no typelinks).
/// </summary>
/// <param name="Since">First minor version of Go 1 that has it.</param>
/// <param name="End">Word of <c>end</c>; gcdata and gcbss follow.</param>
/// <param name="Types">Word of <c>types</c>.</param>
/// <param name="ETypes">Word of <c>etypes</c>.</param>
/// <param name="RoData">Word of <c>rodata</c>.</param>
/// <param name="GoFunc">Word of <c>gofunc</c>.</param>
/// <param name="TextSections">First word of the slice <c>textsectmap</c>.</param>
readonly record struct ModuleLayout(int Since, int End, int Types, int ETypes, int RoData, int GoFunc, int TextSections)
{
    /// <summary>Words that are read of a candidate: enough for every known layout and some growth.</summary>
    public const int Words = 72;

    public const int PcHeader = 0;
    public const int FuncNameTab = 1;
    public const int CuTab = 4;
    public const int FileTab = 7;
    public const int PcTab = 10;
    public const int PclnTable = 13;
    public const int FuncTab = 16;
    public const int MinPc = 20;
    public const int MaxPc = 21;
    public const int Text = 22;
    public const int EText = 23;
    public const int NoPtrData = 24;
    public const int ENoPtrData = 25;
    public const int Data = 26;
    public const int EData = 27;
    public const int Bss = 28;
    public const int EBss = 29;
    public const int NoPtrBss = 30;
    public const int ENoPtrBss = 31;

    /// <summary>Known layouts, newest first.</summary>
    public static readonly ModuleLayout[] Known =
    [
        new(Since: 27, End: 34, Types: 37, ETypes: 39, RoData: 42, GoFunc: 43, TextSections: 45),
        new(Since: 26, End: 34, Types: 37, ETypes: 38, RoData: 39, GoFunc: 40, TextSections: 42),
        new(Since: 20, End: 34, Types: 37, ETypes: 38, RoData: 39, GoFunc: 40, TextSections: 41),
        new(Since: 18, End: 32, Types: 35, ETypes: 36, RoData: 37, GoFunc: 38, TextSections: 39),
    ];

    /// <summary>Known layouts, that of <paramref name="version"/> first.</summary>
    public static IEnumerable<ModuleLayout> For(GoVersion version) =>
        Known.Where(l => version.AtLeast(1, l.Since)).Concat(Known.Where(l => !version.AtLeast(1, l.Since)).Reverse());
}
