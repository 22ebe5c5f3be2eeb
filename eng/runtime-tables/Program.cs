using System.Globalization;
using Vitrine.Go.Globals;
using Vitrine.RuntimeTables;

// RuntimeTables anchors MINOR VERSION ARCHITECTURE OUTPUT PRIMARY [OTHER...]
//   Writes the anchor table of Go 1.MINOR: what the functions of PRIMARY refer to; the OTHER builds help to choose the functions.
// Called by ./generate, which builds the binaries.
if (args is not ["anchors", var minor, var version, var architecture, var output, var primary, .. var others])
{
    Console.Error.WriteLine("usage: RuntimeTables anchors MINOR VERSION ARCHITECTURE OUTPUT PRIMARY [OTHER...]");
    return 2;
}

ElfSymbolImage[] images = [new(primary), .. others.Select(path => new ElfSymbolImage(path))];
try
{
    AnchorTable table = AnchorTableBuilder.Build(int.Parse(minor, CultureInfo.InvariantCulture), version, architecture, images[0].Build,
        [.. images.Skip(1).Select(image => image.Build)], InstructionReferences.For(architecture), WantedVariables.Names);
    using (var writer = new StreamWriter(output)) AnchorTableText.Write(table, writer);
    Console.Error.WriteLine($"{version}: {table.Functions.Length} anchors tell about {table.Symbols.Length} variables");
    return 0;
}
finally
{
    foreach (ElfSymbolImage image in images) image.Dispose();
}
