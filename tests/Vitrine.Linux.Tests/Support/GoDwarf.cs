using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Support;

/// <summary>What Go's own debug/dwarf says about a binary: the independent truth for <see cref="Linux.Binaries.DwarfTypes"/>.</summary>
static class GoDwarf
{
    const string Source = """
        package main

        import (
        	"debug/dwarf"
        	"debug/elf"
        	"fmt"
        	"os"
        )

        func main() {
        	file, err := elf.Open(os.Args[1])
        	if err != nil {
        		panic(err)
        	}
        	data, err := file.DWARF()
        	if err != nil {
        		panic(err)
        	}
        	reader := data.Reader()
        	for {
        		entry, err := reader.Next()
        		if err != nil {
        			panic(err)
        		}
        		if entry == nil {
        			break
        		}
        		if entry.Tag != dwarf.TagCompileUnit {
        			reader.SkipChildren()
        		}
        		name, _ := entry.Val(dwarf.AttrName).(string)
        		if name == "" || entry.Val(dwarf.AttrDeclaration) != nil {
        			continue
        		}
        		switch entry.Tag {
        		case dwarf.TagStructType:
        			t, err := data.Type(entry.Offset)
        			if err != nil {
        				panic(err)
        			}
        			s := t.(*dwarf.StructType)
        			fmt.Printf("S\t%s\t%d\n", name, s.ByteSize)
        			for _, f := range s.Field {
        				fmt.Printf("F\t%s\t%d\t%d\n", f.Name, f.ByteOffset, f.Type.Size())
        			}
        		case dwarf.TagVariable:
        			location, _ := entry.Val(dwarf.AttrLocation).([]byte)
        			if len(location) == 9 && location[0] == 3 {
        				var address uint64
        				for i := 8; i > 0; i-- {
        					address = address<<8 | uint64(location[i])
        				}
        				fmt.Printf("V\t%s\t%d\n", name, address)
        			}
        		}
        	}
        }
        """;

    public sealed record Layout(string Name, long Size, List<(string Name, long Offset, long Size)> Fields);

    public static (List<Layout> Structs, List<(string Name, ulong Address)> Variables) Read(string binary)
    {
        var toolchain = GoToolchain.Require(GoToolchain.Newest);
        var folder = Directory.CreateTempSubdirectory("vitrine-godwarf-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "main.go"), Source);
            var start = new ProcessStartInfo(toolchain.Go, ["run", "main.go", binary]) { WorkingDirectory = folder, RedirectStandardOutput = true };
            foreach (var (name, value) in toolchain.Environment)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var structs = new List<Layout>();
            var variables = new List<(string, ulong)>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                var parts = line.Split('\t');
                switch (parts[0])
                {
                    case "S":
                        structs.Add(new Layout(parts[1], Number(parts[2]), []));
                        break;
                    case "F":
                        structs[^1].Fields.Add((parts[1], Number(parts[2]), Number(parts[3])));
                        break;
                    case "V":
                        variables.Add((parts[1], ulong.Parse(parts[2], CultureInfo.InvariantCulture)));
                        break;
                }
            }
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return (structs, variables);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
