Console.WriteLine("convvis");
