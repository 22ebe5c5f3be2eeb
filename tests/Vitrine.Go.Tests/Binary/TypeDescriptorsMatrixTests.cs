using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>Layouts from type descriptors, against reflection in the running program; against DWARF they are compared in LayoutLadderTests.</summary>
public class TypeDescriptorsMatrixTests
{
    static readonly string[] RuntimeStructs =
    [
        "runtime.g", "runtime.m", "runtime.p", "runtime.sudog", "runtime.hchan", "runtime.mspan", "runtime.mcache", "runtime.gobuf", "runtime.stack",
        "runtime.pollDesc", "internal/poll.FD", "runtime._defer", "runtime._panic", "runtime.timer",
    ];

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void TryGetStruct_ProgramsOwnTypes_EqualReflection(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        StructLayout? layout = null;
        var fields = 0;

        foreach (var columns in program.Ask("layouts").Select(line => line.Split('\t')))
        {
            if (columns[0] == "type")
            {
                layout = null;
                // Unnamed types cannot be asked for by name.
                if (columns[1].StartsWith("struct {", StringComparison.Ordinal))
                    continue;
                Assert.True(program.Binary.Types.TryGetStruct(columns[1], out layout), $"{columns[1]} not found in {program.Fixture}");
                Assert.Equal((columns[1], Number(columns[2])), (layout.Name, layout.Size));
                fields = 0;
            }
            else if (layout is not null)
            {
                var field = layout.Fields[fields++];
                Assert.Equal((columns[1], Number(columns[2]), Number(columns[3]), columns[4], columns[5]), (field.Name, field.Offset, field.Size, NameOf(field.Kind), field.Embedded ? "true" : "false"));
            }
        }
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void TryGetStruct_RuntimeStructs_AreDescribed(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);

        foreach (var name in RuntimeStructs)
        {
            Assert.True(program.Binary.Types.TryGetStruct(name, out var layout), $"{name} not found in {program.Fixture}");
            Assert.Equal(LayoutSource.TypeDescriptors, layout.Source);
            Assert.InRange(layout.Fields[^1].Offset, 0, layout.Size);
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void TryGetStruct_StrippedAndPlainTwin_HaveTheSameLayouts(string version)
    {
        using var plain = SymbolsProgram.Build(version, GoFlavour.Plain);
        using var stripped = SymbolsProgram.Build(version, GoFlavour.Stripped);
        using var pie = SymbolsProgram.Build(version, GoFlavour.Pie);

        foreach (var name in RuntimeStructs)
        {
            var expected = plain.Binary.Layouts.Find(name).Fields.Select(f => (f.Name, f.Offset, f.Size, f.TypeName, f.Kind, f.Embedded));
            Assert.Equal(expected, stripped.Binary.Layouts.Find(name).Fields.Select(f => (f.Name, f.Offset, f.Size, f.TypeName, f.Kind, f.Embedded)));
            Assert.Equal(expected, pie.Binary.Layouts.Find(name).Fields.Select(f => (f.Name, f.Offset, f.Size, f.TypeName, f.Kind, f.Embedded)));
        }
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void TryGetField_NestedPaths_AddUp(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var g = program.Binary.Layouts.Find("runtime.g");
        var shape = program.Binary.Layouts.Find("main.shape");

        Assert.Equal(g.RequiredOffset("sched") + 8, g.RequiredOffset("sched.pc"));
        Assert.Equal(g.RequiredOffset("stack") + 8, g.RequiredOffset("stack.hi"));
        Assert.Equal(20, shape.RequiredOffset("corners[2].y"));
        Assert.Null(shape.OffsetOf("corners[3].y"));
        Assert.Null(shape.OffsetOf("corners[-1]"));
        Assert.Null(shape.OffsetOf("corners.y"));
        // Promoted from the embedded point; shade is embedded as a pointer, its fields are elsewhere.
        Assert.Equal(shape.RequiredOffset("point.y"), shape.RequiredOffset("y"));
        Assert.Null(shape.OffsetOf("Colour"));
        Assert.Contains("nowhere", Assert.Throws<GoBinaryException>(() => shape.RequiredOffset("nowhere")).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void TryDescribe_FieldTypes_NamesKindsAndElements(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var types = program.Binary.Types;
        Assert.True(types.TryGetStruct("main.shape", out var shape));

        GoType TypeOf(string field) => shape.TryGetField(field, out var found) && types.TryDescribe(found.TypeAddress, out var type) ? type : default;
        GoType Element(GoType type) => types.TryDescribe(type.ElementAddress, out var element) ? element : default;

        Assert.Equal(("[3]main.point", GoKind.Array, 3L), (TypeOf("corners").Name, TypeOf("corners").Kind, TypeOf("corners").Length));
        Assert.Equal(("main.point", "main"), (Element(TypeOf("corners")).Name, Element(TypeOf("corners")).PackagePath));
        Assert.Equal(("map[string]main.celsius", GoKind.Map), (TypeOf("tags").Name, TypeOf("tags").Kind));
        Assert.Equal(("main.celsius", GoKind.Float64, 8L), (Element(TypeOf("tags")).Name, Element(TypeOf("tags")).Kind, Element(TypeOf("tags")).Size));
        Assert.True(types.TryDescribe(TypeOf("tags").KeyAddress, out var key) && key is { Name: "string", Kind: GoKind.String, PackagePath: "" });
        Assert.Equal(("*main.shape", GoKind.Pointer), (TypeOf("next").Name, TypeOf("next").Kind));
        Assert.Equal(shape.Name, Element(TypeOf("next")).QualifiedName);
        Assert.Equal(("chan main.point", GoKind.Chan), (TypeOf("events").Name, TypeOf("events").Kind));
        Assert.Equal(("func(int) error", GoKind.Func), (TypeOf("call").Name, TypeOf("call").Kind));
        Assert.Equal(GoKind.Interface, TypeOf("any").Kind);
        Assert.False(types.TryDescribe(program.MainEntry, out _));
        Assert.False(types.TryDescribe(program.Binary.Module.Types + 1, out _));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void TryFind_NamesOfOtherPackages_AreToldApart(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Stripped);
        var types = program.Binary.Types;

        Assert.True(types.TryFind("main.celsius", out var celsius) && types.TryDescribe(celsius, out var type) && type.Kind == GoKind.Float64);
        Assert.False(types.TryGetStruct("nowhere.g", out _));
        Assert.False(types.TryGetStruct("poll.FD", out _));
        Assert.False(types.TryGetStruct("runtime.nosuchstruct", out _));
        Assert.False(types.TryGetStruct("", out _));
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static string NameOf(GoKind kind) => kind switch
    {
        GoKind.Pointer => "ptr",
        GoKind.UnsafePointer => "unsafe.Pointer",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
